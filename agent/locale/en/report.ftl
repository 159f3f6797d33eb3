# Signed report, certificate, station key, outbox, registry. Errors of families C and R, and of the tag.

# --- C: stick, clock, certificate ---
err-stick-full = The stick is full.
    .why = { $free_mb } MB are left in { $path }. A result needs { $needed_mb } MB.
    .todo = Make room. On a PC started from the stick: restart it, results will go to memory, then to another Regain stick.
err-record-bad-signature = The signature of this record is wrong.
    .why = The content is no longer what the key { $kid } signed.
    .todo = Do not use this document. Ask the workshop for the original.
err-record-damaged = This file is not an intact record.
    .why = { $part ->
        [form] It does not have the form of a signed record.
        [header] Its header is not that of a Regain record.
        [type] It is another kind of signed document.
        [signature] Its signature is incomplete.
        [key] The key in it is damaged or of another kind.
        [station] The memory of this station is damaged.
        [receipt] The receipt beside the file does not match it.
        [twin] Another record has this number already.
       *[content] Its content cannot be read as a report.
    }
    .todo = Ask for a new copy of the file. Keep this one aside.
err-record-unknown-key = The key that signed this document is not known here.
    .why = None of the public keys given has the name { $kid }.
    .todo = Ask the workshop for "cles-publiques.json", then give it with --keys.
err-certificate-altered = This certificate was changed.
    .why = { $part ->
        [seal-missing] It has no seal, or its seal is cut.
        [seal-bad] Its seal is wrong.
        [record] The signed record inside is missing or is another one.
       *[bytes] The file is no longer the one that was sealed.
    }
    .todo = Do not use this document. Ask the workshop for the original.
err-pdf-unavailable = The certificate cannot be written.
    .why = { $detail }
    .todo = The signed record is kept. Make the certificate again on another PC.
err-journal-damaged = The journal of this erasure is damaged.
    .why = Line { $line } of { $path } cannot be read.
    .todo = Do not release this machine. Start the erasure again.
err-journal-write-failed = The journal can no longer be written.
    .why = The stick does not answer, is full or was pulled out: { $path }.
    .todo = Put the stick back or make room, then start again.
err-key-locked = The signing key is locked.
    .why = { $reason ->
        [pin-wrong] The PIN is wrong.
        [pin-short] The PIN has fewer than four characters.
       *[pin-needed] It asks for a PIN, and none was given.
    }
    .todo = Type the workshop's PIN. Without it nothing can be signed.
err-record-too-big = This record is too big.
    .why = It has { $bytes } bytes, the limit is { $limit }.
    .todo = Keep the file and report it: a normal record has less than 25,000 bytes.
err-chain-broken = The chain of records is broken.
    .why = { $part ->
        [gap] A record is missing before no. { $seq }.
        [twin] Two different records have the no. { $seq }.
       *[link] Record no. { $seq } does not follow the one before it.
    }
    .todo = Look for the missing record in the outbox or at the registry.

# --- R: registry ---
err-registry-unreachable = The registry does not answer.
    .why = No network, or { $url } is down ({ $detail }).
    .todo = Nothing is lost. Bring the network back. Sending is tried again when the next PC ends, or at once with F5 on the screen.
err-registry-portal = The network answers in place of the registry: captive portal, or wrong server.
    .why = { $url } answered something else than a signed receipt ({ $status }).
    .todo = Nothing is lost. Take another network, for instance a cable, or a PC that is already let in: F5 on the screen sends again.
err-registry-wrong = This is not the expected registry.
    .why = The server { $url } is not the one of the enrolment ({ $detail }).
    .todo = Check the address of the registry in the settings.
err-registry-refused = The registry refuses this report.
    .why = Answer { $status }: { $detail }
    .todo = The report is set aside. The others are sent. Show this message to the network.
err-registry-revoked = Key revoked, enrol this USB stick again.
    .why = The registry { $url } no longer accepts the signature of this stick.
    .todo = Ask for an enrolment code. The reports wait on the stick.
err-receipt-bad = The registry's receipt is not valid.
    .why = { $part ->
        [other-report] It is about another report.
        [record-bad-signature] Its signature is wrong.
        [record-unknown-key] Another key than the registry's signed it.
       *[other] It cannot be read.
    }
    .todo = Nothing is marked as sent. Check the network and the address of the registry.
err-not-enrolled = This stick is not enrolled with any registry.
    .why = Without enrolment the reports stay on the stick.
    .todo = Ask your network for an enrolment code, or export the reports.

# --- tag ---
err-tag-bad = The tag "{ $read }" is not valid.
    .why = { $part ->
        [check] One character is wrong: the check symbol does not match.
       *[form] A tag has two letters, five digits and a check symbol.
    }
    .todo = Scan again, or type the eight characters printed below the code.

# --- titles and words of the certificate ---
paper-title-certificate = Erasure certificate
paper-title-failed = Statement of incomplete erasure
paper-title-statement = Statement of examination
paper-title-statement-note = This document says nothing about the erasure of the disks.
paper-no-disk-note = This PC showed no disk. This document proves the erasure of no disk.
paper-no-disk = No disk
paper-no-disk-reason = Reason given
paper-no-disk-by = Said by
paper-checks = Checks of the PC
paper-grade-functional = Working grade
paper-grade-cosmetic = Grade of looks
paper-grade-said = { $grade } (A to D)
paper-grade-open = not given: checks that are needed were not done
paper-grade-looks-none = not given
paper-tests-pass = Works
paper-tests-warn = To look at
paper-tests-fail = Faulty
paper-tests-not-applicable = Not applicable
paper-tests-skipped = Not checked
paper-tests-all-done = nothing: all checks that are needed were done
paper-no-disk-why = { $why ->
    [removed] The disk was taken out and given to:
    [arrived_without] The PC came without a disk.
   *[other] Another reason:
}
paper-exercise = EXERCISE, SPECIMEN
paper-exercise-note = This document comes from a rehearsal. No real disk was touched. It proves nothing.
paper-summary-certificate = { $count ->
    [one] The disk of this machine is erased and was read back.
   *[other] The { $count } disks of this machine are erased and were read back.
}
paper-summary-exceptions = Some areas were not covered. They are listed below.
paper-summary-failed = At least one disk is not proven erased. Do not release this machine.

paper-claim-purge = Purge (IEEE 2883-2022 / NIST SP 800-88r2), technique: { $technique }.
paper-claim-clear = Clear (IEEE 2883-2022 / NIST SP 800-88r2), technique: { $technique }.
paper-claim-clear-exceptions = Clear (IEEE 2883-2022 / NIST SP 800-88r2) with exceptions, technique: { $technique }.
paper-claim-failed = Erasure failed. This disk is not erased: do not release it.
paper-claim-refused = Erasure refused before it began. Nothing was written to this disk.
paper-claim-unknown = Unknown state: do not release this machine.
paper-claim-destroyed = Disk removed and physically destroyed, declared by the operator.
paper-claim-without-evidence = The record announces an erasure, but its evidence is missing. This disk is not certified.
paper-ssd-overwrite = Overwriting an SSD is not a Purge.
paper-exceptions = with exceptions: { $sectors ->
    [one] 1 unreadable sector
   *[other] { $sectors } unreadable sectors
}, { $bytes } bytes not covered
paper-hidden-not-assessed = Hidden areas (HPA, DCO) were not assessed.
paper-interrupted = { $count ->
    [one] The erasure was interrupted once, then resumed at the last place read back.
   *[other] The erasure was interrupted { $count } times, then resumed at the last place read back.
}
paper-rehearsal = Virtual disk of a rehearsal.
paper-rehearsal-scale = Virtual disk of a rehearsal: 1 byte written for { $scale } bytes shown.

paper-date-floor = date not guaranteed (clock battery)
paper-date-unverified = date not guaranteed (clock of the machine not verified)
paper-date-received = received by the registry on { $when }

paper-condition-refurbished = Refurbished, tested on { $date }.
paper-condition-used-tested = Second hand, tested on { $date }.
paper-condition-used = Second hand.
paper-condition-parts = For parts.

paper-windows-eligible = Windows 11: eligible.
paper-windows-eligible-after-firmware-change = Windows 11: eligible after a firmware setting.
paper-windows-eligible-after-upgrade = Windows 11: eligible after an upgrade.
paper-windows-not-eligible = Windows 11: not eligible.
paper-windows-undetermined = Windows 11: undetermined.
paper-oem-key = OEM Windows key present.

paper-install-none = System installed, not read back.
paper-install-checked = System installed and read back from the disk. Nobody saw it start.
paper-install-staged = Prepared: Windows is not installed yet. Microsoft's Setup is on the disk, read back; it will run at the first start. Nobody has seen it start.
paper-install-rehearsed = System installed. The disk started in a virtual machine.
paper-install-started = System installed. The machine started from it.
paper-install-setup-started = Windows was installed by Microsoft's Setup, prepared here. A person saw it start on this machine.
paper-install-repeated = Install rehearsed: nothing was written.
paper-install-failed = Install failed.
paper-install-locked = No install: the disk is not proven erased.
paper-install-unknown = Install: result unknown.
paper-image-unconfirmed = Image not confirmed in the workshop.
paper-windows-start = Starting Windows is not verified by Regain.
paper-windows-despite = Installed against the verdict, reason written by the operator: { $reason }
paper-licence-oem-msdm = Licence, as the operator says: the Windows key of this PC.
paper-licence-retail-owned = Licence, as the operator says: owned by the workshop or the person.
paper-licence-mar-citizenship = Licence, as the operator says: registered refurbisher, for associations.
paper-licence-mar-commercial = Licence, as the operator says: registered refurbisher, for sale.
paper-install-unproven = Installed on a disk that is not proven, reason written by the operator: { $reason }

paper-signature-proves = This document proves that an enrolled station of workshop { $workshop } issued these bytes and that nobody has changed them since.
paper-signature-not-enrolled = This document proves that the key named below issued these bytes and that nobody has changed them since. No registry has enrolled this key yet.
paper-signature-does-not-prove = It does not prove that the disk told the truth: that is why the attached record holds what was read back.

# --- parts of the certificate ---
paper-subject = Erasure of the disks of machine { $tag }
paper-no-tag = without a tag
paper-number = no. { $number }
paper-machine = The machine
paper-tag = Tag
paper-model = Model
paper-serial = Serial number
paper-serial-junk = { $serial } (factory placeholder, identifies no PC)
paper-form = Form
paper-cpu = Processor
paper-memory = Memory
paper-lot = Lot
paper-donor = Donor
paper-condition = Condition
paper-windows = Windows
paper-pair = { $name }: { $value }
paper-disk-of = Disk { $n } of { $count }
paper-medium = Medium
paper-medium-name = { $medium ->
    [hdd] hard disk
    [ssd] SSD
    [nvme] NVMe SSD
    [emmc] eMMC
    [usb] USB stick or disk
    [optical] optical disc
   *[unknown] unknown type
}
paper-technique = Technique
paper-passes-said = { $count ->
    [one] 1 pass
   *[other] { $count } passes
}
paper-why = Why this method
paper-skipped = Methods left aside
paper-covered = Bytes covered
paper-covered-of = { $covered } of { $total }
paper-hidden = Hidden areas
paper-hidden-none = assessed: none
paper-hidden-found = assessed, see the exceptions
paper-hidden-unread = not assessed
paper-exceptions-label = Exceptions
paper-none = none
paper-range = sectors { $first } to { $last }: { $operation ->
    [write] unwritable
   *[read] unreadable
}
paper-more-ranges = and { $count } more ranges, listed in the attached record
paper-readback = Read back
paper-readback-said = { $mode ->
    [full] full
   *[sample] by sample
}: { $bytes } read back, { $mismatches ->
    [0] no difference
    [one] 1 difference
   *[other] { $mismatches } differences
}
paper-readback-none = none
paper-canaries = Canaries
paper-canaries-said = { $count } planted and read before, { $alive ->
    [0] none found after
    [one] 1 found after
   *[other] { $alive } found after
}
paper-command = Drive’s own command
paper-command-said = { $argv }: exit status { $exit ->
    [none] unknown
   *[other] { $exit }
}, which proves nothing
paper-command-seen = a look right after: { $alive ->
    [0] none
    [one] 1
   *[other] { $alive }
} of the { $looked } canaries and former contents still there, read: { $content }
paper-canaries-unchecked = { $count } planted, not looked for after
paper-witnesses-said = { $count } former contents noted, { $matching ->
    [0] none found
    [one] 1 found
   *[other] { $matching } found
}
paper-result = Result
paper-started = Start and duration
paper-consent = Consent
paper-consent-said = { $by }, on { $at }, end of the serial number typed: { $suffix }
paper-no-card = no card
paper-operator = Operator
paper-checker = Checked by
paper-card = card { $by }
paper-workshop = Workshop
paper-date = Date
paper-install = The system
paper-profile = Profile
paper-image = Image
paper-left-title = Disks left alone
paper-left-note = These disks of the machine were not erased.
paper-left-line = { $model }, …{ $suffix }: { $reason ->
    [excluded-boot-medium] boot stick
    [excluded-boot-disk] internal disk it was started from
    [excluded-optical] optical drive
    [excluded-not-a-disk] not a disk
    [excluded-usb] USB or removable disk
    [excluded-loop] disk image
    [excluded-size-zero] size zero or unknown
    [excluded-in-use] in use
    [excluded-read-only] read-only
    [excluded-unreadable] badly read
    [excluded-no-identity] no readable identity
    [excluded-duplicate] same identity as another disk
   *[other] { $reason }
}
paper-proof = Check this document
paper-proof-how = The signed record is attached to this file (certificat.jws). It is what counts. To check it without a network:
paper-proof-openssl = Or without Regain, with certificat.jws and the workshop's public key (cle.pem):
paper-kid = Signing key
paper-sha256 = SHA-256 of the record
paper-chain = Place in the chain
paper-chain-said = no. { $seq } of this key
paper-plan = Plan
paper-qr-alt = QR code: number of the certificate and beginning of the record's hash
paper-page = page
paper-of = of

# --- regain verify ---
verify-good = { $file }: INTACT
verify-bad = { $file }: REFUSED
verify-claims-number = { $title }, no. { $number }, machine { $tag }
verify-claims-disk = Disk …{ $suffix } ({ $model }): { $claim }
verify-signed = Signed by { $kid }, on { $when }
verify-exercise = EXERCISE, SPECIMEN: this document proves nothing.
verify-source-given = Key read from { $path }, given with --keys.
verify-source-beside = Key found beside the file ({ $path }). It proves that nothing changed. It does not prove where the document comes from.
verify-source-station = Key of this station ({ $path }).
verify-chain-good = Chain of key { $kid }: no. { $first } to { $last }, no gap.
verify-chain-gap = Chain of key { $kid }: no. { $first } to { $last }. Numbers not given: { $missing }.
verify-chain-single = Chain of key { $kid }: no. { $seq } alone. Give the other files to check the chain.
verify-receipt-good = Valid receipt of the registry: { $when }.
verify-receipt-none = No receipt of the registry beside the file.
verify-receipt-unchecked = A receipt is beside the file. The registry's key is missing to check it.
verify-by-hand = To check the signature of { $file } by hand:

# --- regain outbox ---
outbox-empty = The outbox is empty.
outbox-head-pending = WAITING: { $count }
outbox-head-sent = Sent, receipt verified: { $count }
outbox-head-dead = Set aside: { $count }
outbox-line = no. { $seq } { $number } machine { $tag }
outbox-line-damaged = { $name }: unreadable ({ $code })
outbox-tries = { $tries ->
    [one] 1 try, { $why }
   *[other] { $tries } tries, { $why }
}
outbox-pushed = Sent: { $delivered }. Set aside: { $dead }. Waiting: { $waiting }.
outbox-retry-in = Next try in { $seconds } s.
outbox-exported = Copied: { $added }. There already: { $known }.
outbox-imported = Added: { $added }. There already: { $known }.
outbox-refused = { $name }: refused ({ $code })
outbox-no-station = No station in { $path }.

# --- regain label ---
label-written = Label { $tag }: { $path }
label-brother = Brother QL printers are not supported yet. Use --format pdf or zpl.
label-alt = QR code of label { $tag }
outbox-enrolled = Enrolled: workshop { $workshop }, stick { $stick }.
