# Reference registry: pages, problems, commands. Same ids as in French.

## Errors

err-enrol-code-bad = This enrolment code is not accepted.
    .why = The code is unknown, was used already or has expired.
    .todo = Ask the registry for a new code: regain registry enrol-code.
err-audit-failed = The audit of the registry found { $count ->
        [one] one difference.
       *[other] { $count } differences.
    }
    .why = A signature, a receipt, the log chain or a view no longer agrees with what was received.
    .todo = Keep a copy of the database. Read the list of differences, then compare with a backup.
err-registry-extra-missing = The registry is not installed on this PC.
    .why = Missing: { $modules }.
    .todo = Install the extra: pip install "regain[registry]".

## Problems (RFC 9457)

problem-not-found = Not found
    .detail = There is nothing at this address.
problem-method-not-allowed = Method not allowed
    .detail = This address does not take this method.
problem-bad-request = Bad request
    .detail = The request does not have the expected form.
problem-bad-token = Unreadable signed envelope
    .detail = The body is not a signed envelope of the expected type.
problem-bad-signature = Wrong signature
    .detail = The signature does not match the content: it was changed.
problem-bad-json = Ambiguous content
    .detail = The signed content is not strict JSON: a duplicate key, NaN or malformed text.
problem-unknown-key = Unknown key
    .detail = This key is not enrolled here. Enrol the USB stick with a code.
problem-login-needed = Access restricted
    .detail = This can be read by an enrolled stick or after a login.
problem-bad-call = Signed call refused
    .detail = The call has expired, or was signed for another registry, method or address.
problem-revoked-key = Key revoked
    .detail = This key was revoked. Enrol the USB stick again with a new code.
problem-wrong-stick = Another stick
    .detail = A stick speaks for itself only.
problem-bad-code = Code refused
    .detail = The enrolment code is unknown, was used already or has expired.
problem-key-enrolled = Key already enrolled
    .detail = This key is enrolled here already. The code was not spent.
problem-workshop-full = Workshop full
    .detail = This workshop has 99 sticks already: the certificate number has only two digits for them.
problem-other-bytes = Same id, other content
    .detail = A report with this id was received before, with other content. Nothing was replaced.
problem-already-decided = Already decided
    .detail = Somebody has already decided this match.
problem-too-large = Too large
    .detail = A report is at most 256 KiB.
problem-wrong-media-type = Media type refused
    .detail = A report is sent as application/jose.
problem-invalid = Content does not validate
    .detail = The content breaks the contract. The places are listed in "errors".
problem-wrong-id = Another id
    .detail = The id in the address is not the id of the report.
problem-wrong-kid = Another key in the report
    .detail = The report names another key than the one that signed it.
problem-wrong-workshop = Another workshop
    .detail = The report names another workshop than the one of its key.
problem-exercise-refused = Exercise refused
    .detail = This report is an exercise. A real registry takes none.
problem-exercise-only = Exercises only
    .detail = This is the registry of the rehearsal bench. It takes exercises only.
problem-bad-decision = Impossible decision
    .detail = Name the machine for "same machine", and none for "another machine".
problem-too-many = Too many requests
    .detail = Wait for the time given, then try again.
problem-busy = Registry busy
    .detail = The database did not answer in time. Try again in a few seconds: nothing is lost.
problem-http = Error
    .detail = The registry could not answer.

## Frame of the pages

registry-exercise-word = EXERCICE
registry-exercise-sentence = An exercise: nothing shown here is real, and none of these pages proves anything.
registry-exercise-footer = EXERCICE, SPÉCIMEN
registry-nav = Menu
registry-nav-machines = Machines
registry-nav-board = Board
registry-nav-reconciliations = Matches
registry-nav-export = Export (CSV)
registry-footer = Regain, registry of donated PCs

registry-month-1 = Jan
registry-month-2 = Feb
registry-month-3 = Mar
registry-month-4 = Apr
registry-month-5 = May
registry-month-6 = Jun
registry-month-7 = Jul
registry-month-8 = Aug
registry-month-9 = Sep
registry-month-10 = Oct
registry-month-11 = Nov
registry-month-12 = Dec

## List of machines

registry-machines-title = Machines
registry-search-label = Find a machine
registry-search-hint = Tag, serial number, model, certificate
registry-search-button = Search
registry-filters = States
registry-filter-all = All
registry-pages = Pages
registry-page-before = Newer
registry-page-after = Older
registry-page-of = Page { $page } of { $pages }
registry-machines-none-found = No machine matches.
registry-machines-none-yet = No machine is registered yet.
registry-no-name = Unknown model
registry-no-tag = no tag
registry-no-erasure = no erasure received
registry-left-alone-short = one disk not erased

registry-state-done = DONE
registry-state-failed = FAILED
registry-state-unknown = UNKNOWN
registry-state-attention = YOUR TURN
registry-state-seen = LISTED
registry-state-done-means = Every reported disk has a proven erasure.
registry-state-failed-means = An erasure failed. Do not hand over this machine.
registry-state-unknown-means = State unknown: do not hand over this machine.
registry-state-attention-means = A person must look before this machine is handed over.
registry-state-seen-means = No erasure is registered for this machine.

registry-column-state = State
registry-column-tag = Tag
registry-column-device-id = Identifier
registry-column-machine = Machine
registry-column-manufacturer = Make
registry-column-product = Model
registry-column-form = Form
registry-column-serial = Serial number
registry-column-cpu = Processor
registry-column-memory-gib = Memory (GiB)
registry-column-disks = Disks
registry-column-outcomes = Erasures
registry-column-windows11 = Windows 11
registry-column-linux = Linux
registry-column-system = System
registry-column-number = Certificate
registry-column-workshop = Workshop
registry-column-lot = Lot
registry-column-first-at = First received
registry-column-last-at = Last received
registry-column-last = Last report

## One machine

registry-workshop = workshop { $letters }
registry-alarm-tag-twice = This tag is seen on two different machines. Stick a new tag on one of them.
registry-doubt-open = A report of this machine waits for the decision of a person:
registry-left-alone = The disk { $model } (…{ $suffix }) was not erased.
registry-section-facts = Hardware
registry-section-verdicts = Systems
registry-section-disks = Disks and erasures
registry-section-certificates = Certificates
registry-section-events = Story of the machine
registry-section-proofs = Signed reports
registry-fact-cpu = Processor
registry-fact-cores = { $count ->
        [one] 1 core
       *[other] { $count } cores
    }
registry-fact-memory = Memory
registry-fact-firmware = Boot mode
registry-fact-tpm = TPM
registry-fact-form = Form
registry-fact-grade = Cosmetic and functional grade
registry-fact-grades = cosmetic { $cosmetic }, functional { $functional }
registry-fact-lot = Lot
registry-firmware-uefi = UEFI
registry-firmware-bios = BIOS
registry-identifier-system-serial = Serial number of the machine
registry-identifier-chassis-serial = Serial number of the chassis
registry-identifier-board-serial = Serial number of the board
registry-identifier-uuid = UUID
registry-identifier-mac = Network address
registry-not-told = not told
registry-installed = Installed
registry-prepared = Prepared
registry-not-installed = nothing is installed
registry-disposition = What became of it
registry-disk-no-model = Disk
registry-disk-method = Technique
registry-disk-covered = Bytes covered
registry-disk-exceptions = { $bytes } bytes not covered
registry-disk-check = Read back
registry-disk-checked = { $bytes } read back, mismatches: { $mismatches }
registry-disk-not-checked = not read back
registry-disk-time = Duration
registry-no-erasure-yet = No erasure is registered.
registry-by = card { $name }
registry-clock-not-trusted = clock of the PC not trusted
registry-proofs-about = Each signature and each receipt is verified when this page opens.
registry-signature-good = signature verified
registry-signature-bad = WRONG SIGNATURE
registry-signature-blanked = content removed
registry-receipt-good = receipt verified
registry-receipt-bad = WRONG RECEIPT
registry-proof-line = Entry { $seq } of the log, workshop { $workshop }, stick no. { $stick }, received
registry-key-revoked-since = Key revoked since { $date }. Earlier receipts stay valid.
registry-download-report = Signed report (.jws)
registry-download-receipt = Receipt (.jws)
registry-proof-says = The signature proves that an enrolled stick of the workshop issued these bytes and that nobody changed them.
registry-proof-says-not = It does not prove that a disk told the truth: that is what the canaries and the read-back in the report are for.

registry-outcome-purged = purged
registry-outcome-cleared = cleared
registry-outcome-cleared-with-exceptions = cleared, with exceptions
registry-outcome-failed = FAILED
registry-outcome-refused = refused, nothing written
registry-outcome-unknown = UNKNOWN
registry-outcome-interrupted = interrupted
registry-outcome-without-evidence = claimed without evidence
registry-outcome-destroyed = destroyed
registry-level-clear = Clear
registry-level-purge = Purge
registry-level-destroy = Destroy
registry-level-none = no level
registry-verify-full = complete
registry-verify-sample = by sampling
registry-windows11-eligible = eligible
registry-windows11-eligible-after-firmware-change = eligible after a setting
registry-windows11-eligible-after-upgrade = eligible after an upgrade
registry-windows11-not-eligible = not eligible
registry-windows11-undetermined = undetermined
registry-linux-fits = fits
registry-linux-fits-with-limits = fits, with limits
registry-linux-does-not-fit = does not fit
registry-linux-undetermined = undetermined
registry-system-linux = Linux
registry-system-windows = Windows
registry-system-none = no system
registry-image-unproven = image not confirmed in a workshop
registry-install-done = installed
registry-install-staged = prepared, Windows not installed yet: Microsoft's Setup will run at the first start
registry-install-failed = installation failed
registry-install-rehearsed = exercise, nothing installed
registry-install-locked = installation locked
registry-install-unknown = result unknown
registry-verified-none = not verified
registry-verified-checked = content verified
registry-verified-rehearsed = exercise
registry-verified-started = start verified
registry-verified-staged = not seen starting
registry-disposition-reuse = reuse
registry-disposition-spare-parts = spare parts
registry-disposition-weee = electronic waste
registry-disposition-return-to-donor = returned to the donor
registry-disposition-pending = pending

registry-event-intake = Arrival
registry-event-audit = Inventory
registry-event-erasure = Erasure
registry-event-install = Installation
registry-event-final = Summary
registry-event-check = Check by another person
registry-event-scrap = Scrapped
registry-event-correction = Correction
registry-event-board-replaced = Board replaced
registry-event-tagged = Tag stuck on
registry-event-two-candidates = Two possible machines
registry-event-weak-only = Likeness to check
registry-event-retagged = Another tag on the same serial number
registry-event-tag-twice = Tag seen on two machines
registry-event-merged = Matched by a person
registry-event-kept-apart = Kept apart by a person

## Board

registry-board-title = Board of the benches
registry-board-live = live
registry-board-lost = connection lost, trying again
registry-board-empty = No bench has spoken in the last 90 seconds.
registry-board-recent = Last reports received
registry-bench-starting = READY
registry-bench-scanning = READY
registry-bench-assessed = READY
registry-bench-chosen = PLAN
registry-bench-planned = CONSENT
registry-bench-consented = CONSENT
registry-bench-erasing = ERASING
registry-bench-verifying = READING BACK
registry-bench-erased = ERASED
registry-bench-installing = INSTALLING
registry-bench-reporting = REPORT
registry-bench-attention = YOUR TURN
registry-bench-done = DONE
registry-bench-failed = FAILED
registry-bench-aborted = STOPPED
registry-bench-unknown = UNKNOWN

## Matches

registry-reconciliations-title = Matches to decide
registry-reconciliations-about = The registry never merges two machines by itself. These reports wait for the decision of a person.
registry-reconciliations-none = Nothing waits for a decision.
registry-doubt-status-open = YOUR TURN
registry-doubt-status-same-as = same machine
registry-doubt-status-another = another machine
registry-doubt-this = this report
registry-doubt-or = may be
registry-doubt-same = It is this machine
registry-doubt-another = It is another machine
registry-doubt-relabelled = It is another machine, a new tag is stuck on
registry-doubt-decided = Decided by { $name }, { $date }.
registry-reason-two-candidates = Several machines match.
registry-reason-weak-only = Only weak clues match: network address, UUID or board.
registry-reason-retagged = The serial number is known under another tag.
registry-reason-tag-twice = The same tag is seen on two different machines.

## Public pages

registry-tag-about = This machine goes or went through a reuse workshop. This page tells nothing more.
registry-tag-network = Network
registry-tag-contact = Contact
registry-paper-received = Received by the registry
registry-paper-superseded = A correction replaces this line.
registry-paper-compare = Compare with the paper
registry-paper-compare-how = The certificate carries this fingerprint. If one character differs, it is not the same document.
registry-missing-machine = Machine not found
registry-missing-machine-why = No machine has this identifier.
registry-missing-certificate = Certificate not found
registry-missing-certificate-why = No certificate has this number and this fingerprint. One that still waits to be sent is not known here: verify it offline with "regain verify".

## Commands

registry-cli-listening = Registry listening: { $url }
registry-cli-instance = Instance { $instance }
registry-cli-database = Database { $db }
registry-cli-open = Pages open without a login: this PC only.
registry-cli-closed = Pages closed: read by an enrolled stick, or with the login header of the proxy.
registry-cli-code = Code for one stick of workshop { $workshop }, once, { $days } days:
registry-cli-audit-good = Audit without a difference: { $reports } reports, { $keys } keys.
registry-cli-audit-head = Head of the log { $head }
registry-cli-audit-empty = The log is empty.
registry-cli-rebuilt = Views made anew from { $reports } reports.
registry-cli-exported = { $count } machines written to { $path }.
registry-cli-revoked = Key { $kid } revoked. What was received before stays valid.

registry-audit-hash = entry { $seq }: the hash of report { $report } does not match
registry-audit-signature = entry { $seq }: signature or content refused ({ $why })
registry-audit-row = entry { $seq }: the row does not match report { $report }
registry-audit-receipt = entry { $seq }: receipt refused ({ $why })
registry-audit-receipt-differs = entry { $seq }: the receipt says something else than the row ({ $fields })
registry-audit-log-chain = entry { $seq }: the log chain is broken
registry-audit-log-gap = entry { $seq }: entry { $expected } is missing
registry-audit-head-lost = the noted head is no longer in the log: { $head }
registry-audit-key-altered = key { $kid } does not match its name
registry-audit-fork = entry { $seq }: second report no. { $number } of key { $kid }
registry-audit-gap = key { $kid }: { $count } reports are missing ({ $numbers })
registry-audit-chain = entry { $seq }: report no. { $number } of key { $kid } does not follow the one before
registry-audit-unreadable = entry { $seq }: the report can no longer be read ({ $why })
registry-audit-decision = decision { $number }: it no longer applies ({ $why })
registry-audit-projection = view { $table }, row { $row }: differs from what the reports say
