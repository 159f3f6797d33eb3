# Proof: reading a disk again from its record (regain verify --disk), the disk's health, the second check.

reverify-record = Record no. { $number }, of { $when }.
reverify-signature-valid = Signature valid, key { $kid }.
reverify-signature-unknown-key = Signature not checked: key { $kid } is not known here. What follows shows what the disk holds, not who wrote the record.
reverify-signature-none = Record without a signature. What follows shows what the disk holds, not who wrote the record.
reverify-disk = Disk { $path }, identity { $identity }: that of the record.
reverify-as = { $path } is read as a copy of the disk { $identity }, as you asked.
reverify-installed = A system was installed after this erasure. Differences are then to be expected.
reverify-staged = Microsoft's Setup was copied after this erasure. Differences are then expected.
reverify-stream = Expected: the stream of pass { $number } ({ $cipher }), made again from its key.
reverify-zeros = Expected: zeros (pass { $number }).
reverify-left-out = Left out, not covered according to the record: { $count ->
    [one] 1 range
   *[other] { $count } ranges
}, { $bytes } bytes.
reverify-not-listed = The record counts { $count ->
    [one] 1 more range
   *[other] { $count } more ranges
} not covered without saying where: a difference may come from there.
reverify-progress = READING BACK { $percent }%, { $rate } MB/s, { $left } left.
reverify-same-full = MATCHES: { $bytes } bytes read in { $time }, all are what the record says.
reverify-same-sample = MATCHES, by sample: { $bytes } bytes read in { $time }, all are what the record says.
reverify-different-full = DIFFERENT: { $n ->
    [one] 1 sector is not what the record says
   *[other] { $n } sectors are not what the record says
} ({ $bytes } bytes read in { $time }).
reverify-different-sample = DIFFERENT, by sample: { $n ->
    [one] 1 sector is not what the record says
   *[other] { $n } sectors are not what the record says
} ({ $bytes } bytes read in { $time }).
reverify-incomplete-full = INCOMPLETE: what could be read is what the record says ({ $bytes } bytes in { $time }), the rest could not be read.
reverify-incomplete-sample = INCOMPLETE, by sample: what could be read is what the record says ({ $bytes } bytes in { $time }), the rest could not be read.
reverify-mismatch = { $count ->
    [one] Sector { $first } (byte { $offset })
   *[other] Sectors { $first } to { $last } (from byte { $offset })
}: something else than the stream.
reverify-unread = Unreadable: { $bytes } bytes.
reverify-unread-range = { $count ->
    [one] Sector { $first } (byte { $offset })
   *[other] Sectors { $first } to { $last } (from byte { $offset })
}: unreadable.
reverify-more = { $count ->
    [one] And 1 more range.
   *[other] And { $count } more ranges.
}
reverify-gave-up = Too many unreadable sectors: the reading was given up.
reverify-traces-same = None of the record's { $looked } canaries is still there. Read at their places: { $content }.
reverify-traces-different = TRACES: { $alive ->
    [0] no canary
    [one] 1 canary
   *[other] { $alive } canaries
} of { $looked } still there. Read at their places: { $content }.
reverify-traces-incomplete = Too many unreadable places to tell. Canaries found: { $alive } of { $looked }.
reverify-traces-unreadable = Unreadable places: { $unreadable } of { $looked }.
reverify-signatures = Tables or file systems at the head of the disk: { $found }.
reverify-traces-limit = This check looks at the places of the canaries and at the head of the disk, not at every byte.

err-reverify-other-disk = This is not the disk of the record: { $disk }
    .why = It shows the identity { $found }. The record speaks of: { $known }.
    .todo = Check which disk is plugged in. If it is a copy (an image, another adapter), add --as and the record's identity.
err-reverify-not-in-record = The record does not know this disk: { $identity }
    .why = It speaks of: { $known }.
    .todo = Give one of these identities after --as, or its last four characters.
err-reverify-size = The size does not match: { $disk }
    .why = The record speaks of { $wanted } bytes, there are { $size } here.
    .todo = Check that the copy is whole and that no area of the disk is hidden.
err-reverify-no-stream = Nothing can be made again from this record.
    .why = { $part ->
        [firmware] The disk erased itself by its own command: no stream of Regain is on the disk.
        [unfinished] The last pass was not finished: nobody knows what must be on the disk.
       *[no-canaries] The record has neither a stream nor canaries planted before the erasure.
    }
    .todo = { $part ->
        [firmware] Add --canaries: the record's canaries must be gone, and nothing that looks like data may be there.
       *[other] Erase this disk again.
    }
err-reverify-unreadable = The disk can no longer be read: { $disk }
    .why = { $why }
    .todo = Plug it in again and start over. Nothing was written.

# --- is the disk worth keeping? (rules: agent/erasure/data/health.yaml) ---
health-keep = Disk to keep.
health-keep-with-notes = Disk to keep, with remarks.
health-reject = DISK TO SET ASIDE: too worn or failing for a second life.
health-destroy = DISK TO DESTROY: sectors can no longer be read and no Purge reached them.
health-status = The disk says of itself that it is failing (SMART status).
health-critical-warning = The NVMe disk shows a critical warning ({ $value }).
health-spare = Spare of the disk: { $value }%, under its own threshold of { $limit }%.
health-hours = Powered on for { $value } hours (limit: { $limit }).
health-pending = { $counter }: { $value } after the erasure.
health-reallocated = { $counter }: { $value } (threshold: { $limit }).
health-wear = Wear told: { $value }% (threshold: { $limit }%).
health-emmc-life = { $counter }: { $value } of 11 (threshold: { $limit }).
health-emmc-eol = End of life of the eMMC told: urgent.
health-growth = { $counter }: from { $before } to { $after } during the erasure.
health-cable = { $counter }: from { $before } to { $after } during the erasure. Change the cable.
health-rate = { $way ->
    [write] Slow writing
   *[read] Slow reading
}: { $percent }% of the usual rate of this kind of disk (threshold: { $limit }%).
health-not-told = The disk says nothing of its health.
health-not-read-after = The health of the disk could not be read after the erasure.
health-not-read-before = The health of the disk could not be read before the erasure: nothing to compare.
counter-reallocated-sectors = Reallocated sectors
counter-reallocation-events = Reallocations
counter-pending-sectors = Pending sectors
counter-offline-uncorrectable = Uncorrectable sectors
counter-crc-errors = Transmission errors
counter-media-errors = Media errors
counter-grown-defects = Grown defects
counter-uncorrected-errors = Uncorrected errors
counter-emmc-life-a = Life of the eMMC, area A
counter-emmc-life-b = Life of the eMMC, area B
paper-health = Health of the disk
paper-health-said = { $verdict ->
    [keep] to keep
    [keep_with_notes] to keep, with remarks
    [reject] to set aside
   *[destroy] to destroy
} (rules { $version })
paper-health-none = not looked at
paper-health-reject-beside = This disk is to be set aside: too worn or failing for a second life.
paper-health-destroy-beside = This disk is to be destroyed: sectors can no longer be read and no Purge reached them.
todo-destroy-disk = Take the disk out of the PC and have it destroyed.
todo-reject-disk = Take the disk out of the PC: it must not be used again.
wall-why-health = A disk is not worth keeping.

# --- pass of zeros, second check ---
phase-zero = zeros
phase-second = second check
wall-phase-zero = zeros { $percent }
wall-phase-second = second check { $percent }
plain-zero = { $disk }: ZEROS, last pass.
plain-second = { $disk }: SECOND CHECK by { $tool }.
plain-second-finished = { $disk }: second check by { $tool }: { $agrees ->
    [yes] same result.
    [no] another result, at byte { $at }.
   *[unknown] it could not tell ({ $detail }).
}
proof-second = second check by { $tool }: { $agrees ->
    [yes] same result
    [no] another result
   *[unknown] no answer
}
paper-areas = Other areas of the eMMC
paper-area-said = { $area } ({ $bytes }): { $outcome ->
    [cleared] overwritten and read back whole
    [locked] not erased, the card refuses every write there
   *[left] not erased
}
paper-second = Second check
paper-second-said = { $tool ->
    [regain] zeros read back by sample
   *[other] by { $tool }
}: { $bytes }, { $agrees ->
    [yes] same result
    [no] another result
   *[unknown] no answer
}
reason-second-check-differs = The second check read something else than what was written.
reason-zero-pass-differs = The last pass was to leave zeros: something else is there.
reason-zero-pass-missing = The last pass, of zeros, was not finished.
exception-second-check-not-done = The second check that was asked for ({ $tool }) could not tell.

# --- temperature ---
temperature-now = { $n } °C
wall-too-warm = too warm, paused
plain-heat-paused = { $disk }: { $n } °C, limit { $limit } °C. Paused until it has cooled.
plain-heat-resumed = { $disk }: cool enough, the erasure goes on.
paper-heat = Temperature
paper-heat-said = { $n } °C at most during the erasure
