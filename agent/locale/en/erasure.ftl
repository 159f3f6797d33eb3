# Erasure: methods, reasons, exceptions, guards, errors of family D.

# levels (NIST SP 800-88r2, IEEE 2883-2022)
level-clear = Clear
level-purge = Purge
level-none = no erasure

# methods
technique-overwrite = overwrite with a cipher stream
technique-nvme-sanitize-crypto-block = NVMe SANITIZE, crypto then block
technique-nvme-sanitize-block = NVMe SANITIZE, block
technique-nvme-sanitize-crypto = NVMe SANITIZE, crypto
technique-nvme-sanitize-overwrite = NVMe SANITIZE, overwrite
technique-nvme-format = NVMe Format
technique-ata-sanitize-crypto-block = ATA SANITIZE, crypto then block
technique-ata-sanitize-block = ATA SANITIZE, block
technique-ata-sanitize-crypto = ATA SANITIZE, crypto
technique-ata-sanitize-overwrite = ATA SANITIZE, overwrite
technique-ata-security-erase-enhanced = enhanced SECURITY ERASE
technique-ata-security-erase = SECURITY ERASE
technique-scsi-sanitize-block = SCSI SANITIZE, blocks
technique-scsi-sanitize-crypto = SCSI SANITIZE, key
technique-scsi-sanitize-overwrite = SCSI SANITIZE, overwrite
technique-scsi-format-unit = SCSI FORMAT UNIT
technique-mmc-sanitize = eMMC SANITIZE
technique-opal-psid = Opal revert by PSID

verify-full = full read-back
verify-sample = sampled read-back

# why this method
method-nvme-format = NVMe SSD: Format command (user data erase), a look for the canaries, then { $passes ->
    [one] one pass
   *[other] { $passes } passes
 } and read-back.
method-nvme-format-crypto = NVMe SSD: Format command (encryption key replaced), a look for the canaries, then { $passes ->
    [one] one pass
   *[other] { $passes } passes
 } and read-back.
method-nvme-sanitize-crypto-block = NVMe SSD: SANITIZE, key replaced, then blocks erased. A look for the canaries, and a sampled read-back.
method-nvme-sanitize-block = NVMe SSD: SANITIZE, blocks erased. A look for the canaries, and a sampled read-back.
method-nvme-sanitize-crypto = NVMe SSD: SANITIZE, key replaced, a look for the canaries, then one pass and a read-back.
method-nvme-sanitize-overwrite = NVMe SSD: SANITIZE, one overwrite by the drive itself. A look for the canaries, and a sampled read-back.
method-ata-sanitize-crypto-block = SSD: SANITIZE, key replaced, then blocks erased. A look for the canaries, and a sampled read-back.
method-ata-sanitize-block = SSD: SANITIZE, blocks erased. A look for the canaries, and a sampled read-back.
method-ata-sanitize-crypto = SSD: SANITIZE, key replaced, a look for the canaries, then one pass and a read-back.
method-ata-sanitize-overwrite = Hard disk: SANITIZE, one overwrite by the drive itself, reallocated sectors included. A look for the canaries, and a sampled read-back.
method-ata-security-erase-enhanced = Hard disk: enhanced SECURITY ERASE, reallocated sectors included. A look for the canaries, and a sampled read-back.
method-ata-security-erase-enhanced-ssd = SSD: enhanced SECURITY ERASE, a look for the canaries, then one pass and a read-back.
method-ata-security-erase = SSD: SECURITY ERASE, a look for the canaries, then one pass and a read-back.
method-scsi-sanitize-block = SAS disk: SANITIZE, blocks erased. A look for the canaries, and a sampled read-back.
method-scsi-sanitize-crypto = SAS disk: SANITIZE, key replaced, a look for the canaries, then one pass and a read-back.
method-scsi-sanitize-overwrite = SAS disk: SANITIZE, overwrite by the drive itself. A look for the canaries, and a sampled read-back.
method-scsi-format-unit = SAS disk: FORMAT UNIT, a look for the canaries, then one pass and a read-back.
method-mmc-sanitize = eMMC: blocks released, SANITIZE, a look for the canaries, then one pass and a read-back.
method-opal-psid = Opal drive: factory revert with the PSID, a look for the canaries, then one pass and a read-back.
method-opal-psid-locked = Locked Opal drive: factory revert with the PSID, which opens it. The method that follows erases it and proves it.
plan-together = One command erases the { $count } namespaces of this drive; each has its canaries and its read-back.
method-overwrite-hdd = Hard disk: one pass over all visible space, then read back.
method-overwrite-ssd = Flash memory: two passes over all visible space, then read back.
method-overwrite-emmc = eMMC or card: two passes over all visible space, then read back.
method-overwrite-usb = USB disk, { $passes ->
    [one] one pass
   *[other] { $passes } passes
 } over all visible space, then read back.
method-overwrite-loop = Disk image: one pass over the whole image, then read back.
method-overwrite-unknown = Unknown kind of disk, treated as flash memory: two passes, then read back.

# what the certificate must say
claim-ssd-overwrite = Overwrite of an SSD: not a Purge. Spare areas were not reached.
claim-nvme-format = The NVMe Format command followed by one pass is not a Purge: nobody could see the spare areas.
claim-crypto-only = This erasure relies on the drive’s own encryption: nobody could see whether everything was encrypted from the start. One pass followed.
claim-opal-psid = Opal factory revert with the PSID. This erasure relies on the drive’s own encryption: nobody could see whether everything was encrypted from the start. One pass followed.
claim-security-erase-ssd = SECURITY ERASE followed by one pass is not a Purge on an SSD: nobody could see the spare areas.
claim-format-unit = FORMAT UNIT followed by one pass is not a Purge: nobody could see the spare areas.
claim-emmc = Overwrite of an eMMC: not a Purge. Spare and RPMB areas were not reached.
claim-bridge = Disk behind a USB bridge: hidden areas not assessed.
claim-unknown-medium = Unknown kind of disk: hidden areas not assessed.

# before consent
command-cannot-stop = Once started, this command cannot be stopped. Keep the PC plugged in until its end.

# why a method is left aside
skip-not-available-yet = The drive has it, this version does not run it yet.
skip-no-real-drive = On a real PC Regain would use it. There is no real drive here: it overwrites.
skip-several-namespaces = The drive has several namespaces: a Format may reach those that nobody confirmed.
skip-namespace-missing = It erases the whole drive at once: one of its namespaces was not ready, it was not sent.
skip-namespaces-not-counted = Nobody could count the namespaces of the drive.
skip-refused-by-drive = The drive refused it before it started (status { $status }).
skip-tool-failed = The tool did not send it to the drive: { $error }.
skip-lied = This drive has called it “done” before without erasing.
skip-never-began = The drive answered “accepted”, but its status shows that nothing began.
skip-sanitize-frozen = The drive’s SANITIZE commands are blocked until its power is cut.
skip-no-estimate = The drive announces no time to rely on: the tool would cut the command before its end.
skip-password-not-set = The drive did not take the password that this command needs.
skip-password-of-another = The drive already has a password, which is not ours.
skip-not-carried-through = The drive did not carry it through. The password set for it is taken off.
skip-drive-lacks-it = The drive does not have it.
skip-capability-not-read = Nobody asked the drive whether it has it.
skip-capability-unreadable = The drive could not tell whether it has it: { $error }.
skip-frozen = The drive is frozen by the BIOS.
skip-locked = The drive is locked by a password.
skip-opal-not-owned = Nobody has locked this drive: its PSID would erase nothing.
skip-opal-not-encrypting = This drive does not encrypt what it keeps: a factory revert erases nothing.
skip-opal-several-namespaces = This drive has several namespaces: the PSID erases all of them, those that nobody confirmed too.
skip-opal-psid-wanted = This drive is locked by its former owner: nothing can be written to it before the PSID of its label is typed (Confirmation screen, or regain erase --psid).
skip-opal-opened = Done: the drive was locked, the PSID opened it. No canary could be planted before, so it proves nothing alone. What follows is proven by itself.
skip-level-too-low = It does not reach Purge.
skip-size-unknown = The size of the disk is not known.
skip-read-only = The disk is read-only.
skip-optical = An optical drive is not erased.
skip-unknown-name = There is no method of this name.
skip-other-medium = This method is for another kind of disk.

# why a disk is excluded
excluded-boot-medium = This PC was started from it.
excluded-boot-disk = This PC was started from this internal disk.
excluded-optical = Optical drive.
excluded-not-a-disk = { $evidence } is not a disk.
excluded-unreadable = { $what ->
        [in_use] Its use
        [size_bytes] Its size
        [read_only] Its write protection
        [bus] Its connection
        [medium] Its kind
        [removable] Whether it is removable
       *[other] Its name
    } could not be read: { $error }. A disk that is not fully read is never erased.
excluded-size-zero = Size zero or unknown.
excluded-sector-size = Sectors of { $sector_bytes } bytes, as in storage arrays: nothing can be read or written. First, by hand: sg_format --format --size=512, which takes hours.
excluded-in-use = In use: { $evidence }.
excluded-read-only = Read-only.
excluded-loop = Disk image ({ $evidence }): only when you name it.
excluded-usb = USB or removable disk: only when you ask for it.
excluded-no-identity = Neither serial number nor WWN can be read.
excluded-duplicate = Another disk has the same identity: { $evidence }.

# why this outcome
reason-cleared = Every visible byte was overwritten and read back, the canaries are gone.
reason-purged = The drive completed its Purge command, the canaries are gone.
reason-cleared-with-exceptions = The rest was overwritten and read back. The exceptions are listed.
reason-vanished = The disk disappeared during the erasure.
reason-budget = Too many bad sectors.
reason-read-only = The disk refuses every write.
reason-sync-failed = The disk did not confirm what was written.
reason-sanitize-running = The drive is running a SANITIZE command. Nothing was sent.
reason-sanitize-unknown = The drive could not tell whether a SANITIZE command is running. Nothing was sent.
reason-sanitize-failed = The last SANITIZE command of this drive failed: it takes nothing else.
reason-format-failed = FORMAT UNIT failed: the disk gives no sector until another FORMAT UNIT goes through.
reason-sanitize-no-end = The SANITIZE command is taking far longer than the drive announces. It may still be running.
reason-left-running = The drive is still erasing itself, and nothing can stop it. This disk is NOT certified: come back to check it.
reason-password-left = The password set for the erasure (“regain”) could not be taken off.
reason-locked = The drive is locked by a password that is not ours. Nothing was written.
reason-opal-locked = The drive is locked by its former owner (Opal). Nothing was written. The PSID on its label opens it: Confirmation screen, or regain erase --psid.
reason-opal-still-locked = The drive answered the factory revert and is still locked.
reason-command-unknown = The drive did not say how its erase command ended.
reason-command-refused = The drive refused its erase command and the plan has nothing after it.
reason-command-not-checked = Nobody could see what the drive’s command erased.
reason-command-erased-nothing = The drive answered “done” and did not erase.
reason-changed-after-command = After its command the drive shows another identity or size.
reason-disk-error = The disk answered with an error that does not allow to go on.
reason-canary-alive = Canaries can still be read.
reason-witness-alive = Former content can still be read.
reason-structured-content = Data of a former owner can still be read.
reason-mismatch = The read-back found something else than what was written.
reason-interrupted = Stopped by you: this disk is NOT certified.
reason-stalled = The disk no longer answers.
reason-worker-died = The erasure ended without a word. Nobody knows what was written.
reason-passes-missing = Not all passes were made.
reason-transition-not-seen = The drive did not show the change to “completed”.
reason-not-verified = Nothing was read back.
reason-verified-too-little = Too little was read back.
reason-no-canaries = No canary could be planted.
reason-canaries-not-checked = Nobody looked for the canaries.
reason-check-void = Too many canaries cannot be read: the check is void.

# exceptions
exception-write-ranges = Sectors that cannot be written: { $bytes } bytes.
exception-read-ranges = Sectors that cannot be read: { $bytes } bytes.
exception-write = Not writable: from byte { $start } to byte { $end }.
exception-read = Not readable: from byte { $start } to byte { $end }.
exception-mismatch = Read-back differs: from byte { $start } to byte { $end }.
exception-hpa = Hidden HPA at the end of the disk, not erased.
exception-hpa-not-assessed = HPA: nobody could tell whether there is one.
exception-dco = Hidden DCO area at the end of the disk, not erased.
exception-dco-not-assessed = DCO: nobody could tell whether there is one.
exception-bridge-not-assessed = Behind a USB bridge: hidden areas not assessed.
exception-boot-areas = Boot areas and RPMB of the eMMC not erased.
exception-area-left = Area { $area } of the eMMC not erased.
exception-area-locked = Area { $area } of the eMMC not erased: the card refuses every write there.
exception-rpmb = RPMB area of the eMMC not erased: nobody can erase it.
plan-boot-areas = The boot areas of the eMMC are erased too. { $boot_from ->
        [none] Some tablets start from there: this PC may never start again.
       *[other] The card says that this PC starts from { $boot_from }: it may never start again.
    }
exception-namespaces = The NVMe drive has several namespaces. Only this one is erased.
exception-namespaces-unattached = Namespaces of the NVMe drive that are not attached, not erased: { $count }.
exception-defects-grew = The defect counter { $counter } went from { $before } to { $after } during the erasure.
exception-other = Another exception.

# slowness
stall-no-bytes = not a byte moves
stall-slow = under a tenth of its usual rate

# what a read-back found
content-stream = the stream that was written
content-zeros = zeros
content-ones = 0xFF
content-pattern = a repeated pattern
content-random = random data that is not ours
content-structured = data of a former owner
content-not_classed = not classed

# errors D: disks
err-disk-not-found = Disk not found: { $disk }
    .why = No disk that is present has this identity.
    .todo = Check the cables, then take the inventory again.
err-disk-no-identity = Disk without identity: { $disk }
    .why = It tells neither serial number nor WWN. A confirmation could not point at any disk.
    .todo = Connect it another way, without a bridge. Otherwise set it aside.
err-disk-excluded = Disk excluded: { $disk }
    .why = { $why }
    .todo = Free the disk or choose another one.
err-disk-busy = Disk in use: { $disk }
    .why = A file system, swap or array holds it.
    .todo = Unmount what uses it, then try again.
err-disk-read-only = Read-only disk: { $disk }
    .why = It refuses every write: hardware switch or worn-out memory.
    .todo = Look for a switch. Otherwise the disk is to be destroyed.
err-disk-changed = This disk changed since your consent: { $disk }
    .why = Its identity or size is no longer that of the plan.
    .todo = Take the inventory again and give a new consent.
err-disk-vanished = The disk disappeared: { $disk }
    .why = It stopped answering in the middle of the erasure. It is not erased.
    .todo = Connect it again and start over. If it disappears again, it is to be destroyed.
err-disk-write-errors = Too many write errors: { $disk }
    .why = The disk no longer keeps what is written.
    .todo = It is to be destroyed, with this code on the label.
err-disk-canary-alive = Canaries can still be read: { $disk }
    .why = The disk said “done” and did not erase everything.
    .todo = Do not release this disk. It is to be destroyed, with this code on the label.
err-disk-lied = The drive said “done” without erasing: { $disk }
    .why = Its erase command answered, and former data can still be read.
    .todo = Do not release this PC. Start again: the new plan leaves that command aside and overwrites the disk.
err-disk-no-boot-areas = No boot area is known: { $disk }
    .why = Only eMMC has them, and this disk tells of none. Nothing was written.
    .todo = Start again without “--boot-areas”.
err-psid-missing = PSID expected: { $disk }
    .why = This drive asks for the 32 letters and digits printed on its label (PSID). Nothing was written.
    .todo = Type it again in capital letters. It is not the serial number.
err-psid-wrong = The drive refuses this PSID: { $disk }
    .why = The number typed is not that of this drive. Nothing was written.
    .todo = Read the label again: 0 and O, 1 and I, 8 and B look alike. After five mistakes the drive stops listening until the PC is switched off.
err-psid-locked-out = Too many wrong PSIDs: { $disk }
    .why = The drive no longer listens to any number. Nothing was written.
    .todo = Switch the PC off, unplug it for ten seconds, switch it on, then type the number again.
err-psid-refused = The drive does not accept the factory revert: { $disk }
    .why = Its answer: { $status }. Nothing was written.
    .todo = Switch the PC off and try once more. If it refuses again, set the disk aside for destruction.
err-disk-verify-mismatch = The read-back does not match: { $disk }
    .why = The disk gives back something else than what was written.
    .todo = Do not release this disk. It is to be destroyed, with this code on the label.
err-disk-structured-content = Former data can still be read: { $disk }
    .why = The read-back found data of a former owner.
    .todo = Do not release this disk. Try once more, otherwise it is to be destroyed.
err-disk-worker-died = The erasure ended without a word: { $disk }
    .why = The program that was writing is gone. Nobody knows what is written after the last mark.
    .todo = Do not release this PC. Resume the erasure: it goes on from the last mark.
err-disk-state-unknown = State unknown: { $disk }
    .why = An observation is missing. Nothing proves that the disk is erased.
    .todo = Do not release this PC. Erase again.
err-disk-frozen = Disk frozen by the BIOS: { $disk }
    .why = The BIOS forbade the erase commands at start-up.
    .todo = Suspend the PC and wake it, or reconnect the power of the disk.
err-disk-no-method = Method not possible: { $method }, disk { $disk }
    .why = { $reason ->
        [skip-unknown-name] { skip-unknown-name }
        [skip-other-medium] { skip-other-medium }
        [skip-not-available-yet] { skip-not-available-yet }
        [skip-drive-lacks-it] { skip-drive-lacks-it }
        [skip-no-real-drive] { skip-no-real-drive }
        [skip-several-namespaces] { skip-several-namespaces }
        [skip-namespaces-not-counted] { skip-namespaces-not-counted }
        [skip-capability-not-read] { skip-capability-not-read }
        [skip-frozen] { skip-frozen }
        [skip-no-estimate] { skip-no-estimate }
        [skip-lied] { skip-lied }
        [skip-locked] { skip-locked }
        [skip-opal-psid-wanted] { skip-opal-psid-wanted }
        [skip-opal-not-owned] { skip-opal-not-owned }
        [skip-opal-not-encrypting] { skip-opal-not-encrypting }
        [skip-opal-several-namespaces] { skip-opal-several-namespaces }
        [skip-size-unknown] { skip-size-unknown }
        [skip-read-only] { skip-read-only }
        [skip-optical] { skip-optical }
       *[other] The drive could not tell whether it has it.
    }
    .todo = Choose “auto”: the plan takes the best method there is.
err-disk-level-out-of-reach = Purge is out of reach: { $disk }
    .why = Best method seen, { $method }. { $reason ->
        [skip-not-available-yet] { skip-not-available-yet }
        [skip-drive-lacks-it] { skip-drive-lacks-it }
        [skip-no-real-drive] { skip-no-real-drive }
        [skip-several-namespaces] { skip-several-namespaces }
        [skip-namespaces-not-counted] { skip-namespaces-not-counted }
        [skip-capability-not-read] { skip-capability-not-read }
        [skip-frozen] { skip-frozen }
        [skip-no-estimate] { skip-no-estimate }
        [skip-lied] { skip-lied }
        [skip-locked] { skip-locked }
        [skip-opal-psid-wanted] { skip-opal-psid-wanted }
        [skip-opal-not-owned] { skip-opal-not-owned }
        [skip-opal-not-encrypting] { skip-opal-not-encrypting }
        [skip-opal-several-namespaces] { skip-opal-several-namespaces }
        [skip-level-too-low] { skip-level-too-low }
        [skip-size-unknown] { skip-size-unknown }
        [skip-read-only] { skip-read-only }
       *[other] The drive could not tell whether it has it.
    }
    .todo = Accept Clear if the donor allows it. Otherwise the disk is to be destroyed.
err-disk-duplicate-identity = Two disks have the same identity: { $disk }
    .why = They are two paths to one disk, or a bridge that invents ({ $paths }).
    .todo = Unplug one of them, then take the inventory again.
err-disk-none-found = No disk to erase
    .why = No disk is visible, or all are excluded. A RAID, RST or VMD controller may hide them.
    .todo = Look at the controller setting in the BIOS. Without a disk, note why.
err-disk-stalled = The disk no longer answers: { $disk }
    .why = Not a byte has moved for too long. The erasure was given up.
    .todo = Do not release this PC. Change the cable and start over, or set the disk aside.

# in reports signed by version 0.2 and before
skip-erased-nothing = The drive answered “done” without erasing. Canaries still there: { $alive } of { $looked }.
skip-not-shown-erased = The drive answered “done”, but nobody could see what it erased.
exception-command-erased-nothing = The drive answered “done” to its erase command without erasing. Canaries still there: { $alive } of { $looked }. Only the overwrite that followed is proven.
exception-command-not-shown = After the drive’s erase command, canaries that could not be read: { $unreadable } of { $looked }. Only the overwrite that followed is proven.
