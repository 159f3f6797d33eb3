# The screens of the bench.

# names of the screens
screen-picker = EXERCISE PCs
screen-home = HOME
screen-hardware = HARDWARE
screen-hardware-short = Hardware
screen-choice = CHOICE
screen-no-disk = NO DISK
screen-confirm = CONFIRMATION
screen-second = SECOND CHECK
screen-linux = LINUX OPTIONS
screen-wall = WALL
screen-result = RESULT
screen-journal = JOURNAL
screen-outbox = OUTBOX
screen-help = HELP
screen-settings = SETTINGS
screen-plan = PLAN
screen-facts = FACTS
screen-qr = QR

# keys: the fixed row and the commands
key-help = Help
key-next = Next
key-details = Details
key-outbox = Outbox
key-retry = Look again
key-untagged = No label
key-journal = Journal
key-stop = Stop
key-language = Language
key-power = Power off
key-settings = Settings
key-diagnostic = Diagnosis
key-enter = Enter
key-escape = Esc
any-key = Any key
letter-yes = Y

do-validate = Accept
do-line = Line
do-open = Open
do-source = Source
do-go-on = Go on like this
do-facts = Facts
do-back = Back
do-choose = Choose
do-column = Side
do-profile = Profile
do-start = Start (only when exact)
do-sign = Sign
do-show = Show
do-leave = Leave
do-show-hidden = Show (only if exact)
do-see-plan = See the plan
do-plan = Plan
do-start-short = Start if exact
do-psid = PSID
do-leave-locked = Leave locked
do-second = 2nd check
do-options = Options
do-cancel = Cancel
do-scroll = Scroll
do-detail = Detail
do-filter = Filter
do-copy-diagnostic = Copy the diagnosis
do-send-now = Send now
do-send = Send
do-change = Change
do-answer = Answer
do-close = Close
do-wake = Wake the screen
do-see-result = See the result
do-next-pc = Next PC
do-qr = Full-screen QR

# row 1
stick-version = Stick { $version }
pending = To send: { $n ->
    [0] nothing waiting
   *[other] { $n } waiting
 }
no-tag = no label
machine-unnamed = PC without a name

# exercise PCs
picker-head = Which PC do you want to practise on?
picker-what = These are real PCs that were recorded. Their disks are virtual.
picker-none = No recorded PC.

# Home
home-scan = Scan the label of the PC, or type it and press Enter.
home-wait = Label read. The next screen comes by itself when the inventory ends.
home-this-pc = This PC
home-more-disks = { $n ->
    [one] and 1 other medium (stick, drive): F3 on the next screen
   *[other] and { $n } other media (stick, drives, disks): F3 on the next screen
}
home-looking = being read
home-inventory = Inventory
home-card = Card
resumable = TO RESUME: the erasure of disk { $end } was cut, it goes on where it was.
cut-install = TO RESUME: the install on disk { $end } was cut. This PC is not ready.
cut-record = TO RESUME: disk { $end } was erased, then cut before its certificate: do it again.
nothing-since-start = Nothing was written since the start.
home-untouched = No disk has been touched.
inventory-starting = starting
inventory-running = running, { $done } probes of { $total }
inventory-judging = finished, verdicts being made
inventory-done = finished
inventory-failed = finished, { $n ->
    [one] 1 probe without an answer
   *[other] { $n } probes without an answer
 }

# Hardware
fact-processor = Processor
fact-memory = Memory
fact-disk = Disk
fact-battery = Battery
fact-display = Display
cores = { $n ->
    [one] 1 core
   *[other] { $n } cores
 }
slots-free = { $n ->
    [one] 1 free slot
   *[other] { $n } free slots
 }
serial-number = serial { $serial }
serial-end = serial { $end }
serial-none = no serial number
health-good = good health
health-bad = bad health
hours = { $n } h
battery-capacity = { $n }% of its capacity
battery-unknown = capacity unknown
battery-none = none
mains-on = mains connected
mains-off = mains disconnected
firmware-uefi = UEFI
firmware-bios = legacy BIOS (no UEFI)
medium-hdd = hard disk
medium-ssd = SSD
medium-nvme = NVMe
medium-emmc = eMMC
medium-usb = USB
medium-optical = optical
medium-unknown = unknown type
name-linux = Linux
name-windows11 = Windows 11
verdict-line = { $system }: { $verdict }
profiles-fit = { $n ->
    [0] no profile
    [one] 1 profile fits
   *[other] { $n } profiles fit
 }
points-to-settle = { $n ->
    [one] 1 point to settle
   *[other] { $n } points to settle
 }
found-required = { $found } for { $required }
source-line = Source: { $source }. Found: { $found }. Required: { $required }.
source-none = not told
facts-what = What the PC said. "Absent": looked for, not there. "Unreadable": could not be read. What is missing was told by nobody.
alarm-disks-unreadable = The disks could not be read: { $why }
alarm-no-disk = No disk to be seen. A RAID or VMD setting of the BIOS may hide it.
alarm-hidden-disks = { $n ->
    [one] 1 disk is hidden by the controller.
   *[other] { $n } disks are hidden by the controller.
 } Set the BIOS to AHCI, then F5.
alarm-disk-locked = The disk { $model } { $end } is locked by a password.
alarm-disk-password = The disk { $model } { $end } has a password.
alarm-disk-failing = The disk { $model } { $end } says it is failing.
alarm-disk-hidden-area = The disk { $model } { $end } has a hidden area.
alarm-no-mains = The mains is disconnected: connect it before erasing.
alarm-clock = The clock of the PC is wrong. The date will not be guaranteed.
alarm-undetermined = The Windows 11 verdict is undetermined.

# Choice
choice-linux = LINUX
choice-windows = WINDOWS 11
choice-none = Erase and install nothing
choice-row-possible = Possible
choice-row-reason = Reason
choice-row-install = To install
choice-row-updates = Updates
choice-row-licence = Licence
choice-row-space = Space
choice-row-time = Time
choice-row-sheet = Sheet
choice-row-note = To know
choice-possible = yes
choice-impossible = no
choice-possible-profiles = yes, { $n ->
    [one] 1 profile
   *[other] { $n } profiles
 }
choice-no-reason = no rule against it
choice-by-hand = with your own medium
choice-until = until { $date }
choice-space = { $size } of { $disk }
choice-no-note = nothing more
status-proven = Confirmed in a workshop.
status-rehearsed = Rehearsed, not confirmed in a workshop.
status-unproven = Not confirmed in a workshop.
choice-recorded = Nothing is chosen in advance. The choice is noted on the certificate.
choice-recorded-card = Nothing is chosen in advance. The choice and the card ({ $card }) are noted on the certificate.

# Options of Linux
linux-what = What may change in the Linux of this PC. Without an answer the profile decides: French, AZERTY keyboard, disk not encrypted. Windows follows its image.
linux-locale = Language
linux-keyboard = Keyboard
linux-encrypt = Encrypted disk
linux-as-profile = as the profile says
linux-encrypt-yes = yes
linux-encrypt-no = no
linux-encrypted = encrypted disk
linux-locale-note = The system speaks this language. Programs that do not know it stay in French or English.
linux-encrypt-note = A phrase of 20 letters will open the disk at each start. It is written on a sheet of the stick (folder “phrases”) and nowhere else: print it, hand it over with the PC, delete the file. Without it the documents are lost.
linux-locale-fr-FR = French
linux-locale-en-GB = English
linux-locale-es-ES = Spanish
linux-locale-pt-PT = Portuguese
linux-locale-de-DE = German
linux-locale-it-IT = Italian
linux-locale-uk-UA = Ukrainian
linux-keyboard-fr = French keyboard (AZERTY)
linux-keyboard-fr-bepo = French keyboard (BÉPO)
linux-keyboard-be = Belgian keyboard
linux-keyboard-ch-fr = Swiss French keyboard
linux-keyboard-gb = British keyboard
linux-keyboard-us = American keyboard (QWERTY)
linux-keyboard-es = Spanish keyboard
linux-keyboard-pt = Portuguese keyboard
linux-keyboard-de = German keyboard
linux-keyboard-it = Italian keyboard

# Confirmation
confirm-head = You are about to ERASE FOR GOOD:
confirm-method = Method
confirm-thaw = Before that, this PC sleeps for some seconds: the BIOS froze the drive at start.
confirm-reason = Reason
confirm-claim = To know
confirm-excluded = Left out
confirm-then-install = Then install { $system }, { $profile }.
confirm-then-setup = Then copy Microsoft's Setup, without installing Windows. { $profile }.
confirm-then-rehearsed = The installation is rehearsed for the exercise: nothing is installed.
confirm-then-nothing = Then install nothing.
confirm-then-by-hand = Then install nothing here: Windows is installed afterwards, with your own medium.
confirm-chosen-by = Chosen by card { $card }.
confirm-plan = Plan { $digest }.
confirm-nothing-yet = Nothing has been written yet.
confirm-no-classified = By starting, you declare that these disks hold no classified data. This erasure is final.
confirm-type = Type the end of the serial number, { $end }
confirm-or-card = or scan the CONFIRMER card
confirm-exact = exact
confirm-ready = Exact. Enter starts the erasure.
confirm-wrong-end = This is not the end of this serial number.
confirm-scanner = Too fast, like a scanner: one key at a time, or the CONFIRMER card.

# No disk
no-disk-look = This PC shows no disk. Look first: is a disk plugged in, and does a RAID, RST or VMD setting of the BIOS hide it?
no-disk-why = Why does this PC have no disk?
no-disk-kept = The reason and the person go into the journal and the signed document. Nothing is erased.
identity-serial = serial { $text }
identity-wwn = WWN { $text }
identity-file = file { $text }
about = about { $time }

# Wall
wall-ready = READY
wall-erasing = ERASING
wall-verifying = READBACK
wall-reporting = SIGNING
wall-linux = LINUX
wall-windows = WINDOWS
wall-done = DONE
wall-suspending = SLEEP
wall-failed = FAILED
wall-unknown = UNKNOWN
wall-call = YOUR TURN
wall-why-ready = Scan the label: the screen wakes up.
wall-why-consent = consent awaited
wall-why-unknown = DO NOT RELEASE THIS PC
wall-why-stopped = Stopped by you: this disk is NOT certified.
wall-why-failed = The erasure failed.
wall-why-failed-code = Code { $code }: write it on tape.
wall-why-exceptions = with exceptions
wall-why-staged = Windows not installed yet: run its Setup
wall-why-refused = nothing is written
wall-why-attention = your decision is awaited
wall-why-suspending = This PC falls asleep and wakes by itself. Touch nothing.
wall-why-done = Certificate { $number }
wall-walk-away = You may walk away. Leave the stick in.
wall-stopping = Stop asked: the present block ends, then the report.
wall-stalled = nothing has moved for { $time }
wall-bad = { $size } in error
wall-step = Step { $n } of { $total }: { $step }
wall-phase-waiting = waiting
wall-phase-canaries = canaries
wall-phase-command = the drive’s own command, for { $time }
wall-phase-command-told = drive erases itself { $percent }
wall-phase-write = written { $percent }, pass { $number } of { $passes }
wall-phase-verify = read back { $percent }
wall-phase-install = installation
wall-phase-finished = ended
time-left = { $time } left
do-not-release = Unknown state or failure: do not release this PC.

# Result
result-disk = Disk
result-certificate = Certificate
result-statement = Statement
result-install = Installation
result-todo = To do
result-purged = Purge proven.
result-cleared = Clear proven.
result-cleared-with-exceptions = Clear, with exceptions listed on the certificate.
result-failed = One disk at least is not erased. No erasure certificate for it.
result-failed-afterwards = What follows the erasure failed: do not release this PC as it is.
result-refused = One disk at least was refused. Nothing was written to it.
result-unknown = Unknown state: do not release this PC.
result-aborted = Stopped by you: this disk is NOT certified.
result-nothing-erased = Nothing was erased.
result-no-certificate = none was signed
result-number = { $number }, kept on the stick.
result-path = File { $path }
delivery-delivered = SENT, receipt verified.
delivery-waiting = WAITING TO BE SENT ({ $n })
delivery-none = Nothing is to be sent.
delivery-exercise = Exercise: not sent.
proof-command = after the command, canaries still there: { $alive } of { $count }
proof-canaries = canaries found { $alive } of { $count }
proof-verify-full = all read back ({ $size }), mismatches: { $n }
proof-verify-sample = sample read back ({ $size }), mismatches: { $n }
install-checked = installed and checked
install-staged = prepared, Windows NOT installed yet: Microsoft's Setup will run at the first start. Not seen starting.
install-none = installed, not checked
install-started = installed, started on this PC
install-rehearsed = rehearsed (exercise): nothing was installed
install-failed = FAILED: do not release this PC as it is
install-not-asked = nothing was asked for
install-not-done = asked for, not done
install-is-locked = locked. { $why }
todo-label = Stick the label { $tag } on the PC.
todo-write-number = Write { $number } on tape, stick it on the PC.
todo-sheet = Add the sheet "{ $sheet }".
todo-phrase = Print or copy the sheet { $phrase } (stick, folder “phrases”); hand it over with the PC.
todo-unplug = Pull out the stick: it can serve the next PC.
todo-setup-start = Switch on without stick or USB disk: Microsoft's Setup starts.
todo-setup-end = Switch off at the first question of Windows (country).
todo-set-aside = SET ASIDE: put this PC in the red box.
todo-tape = Write the code of the wall on tape and stick it on the PC.
todo-keep-stick = To start again: F2, then a new consent.
todo-read-journal = Read the Journal (F7), filter "alerts".
todo-owner-rule = Read the exceptions on the certificate: the donor decides whether they are acceptable.
todo-exercise = This is an exercise: no real disk was touched.
qr-what = Scan with a phone: number and hash of the certificate.
qr-too-small = The screen is too small for the code. The number is enough.

# Journal
filter-all = all
filter-alerts = alerts
filter-proofs = proofs
journal-empty = Nothing in this filter.
kind-job-started = start
kind-tag-read = label
kind-probe-finished = probe
kind-inventory-finished = inventory
kind-assessed = verdicts
kind-chosen = choice
kind-no-disk = no disk
kind-planned = plan
kind-consent-refused = consent
kind-consented = consent
kind-erasure-started = erasure
kind-canaries-planted = proof
kind-command-started = erasure
kind-command-finished = erasure
kind-command-checked = proof
kind-suspending = sleep
kind-woke = wake-up
kind-reveal-started = hidden
kind-revealed = shown
kind-fell-back = fall-back
kind-pass-started = erasure
kind-range-failed = error
kind-stalled = slow
kind-pass-finished = erasure
kind-verify-started = read back
kind-verify-finished = proof
kind-canaries-checked = proof
kind-erasure-finished = proof
kind-install-locked = installation
kind-install-started = installation
kind-step-started = installation
kind-step-finished = installation
kind-step-failed = error
kind-install-finished = installation
kind-record-signed = certificate
kind-certificate-written = certificate
kind-report-queued = sending
kind-report-delivered = sending
kind-report-waiting = sending
kind-attention = your turn
kind-fault = error
kind-stop-requested = stop
kind-job-finished = end
ev-job-started = PC { $machine }, version { $version }
ev-tag-read = label: { $tag }
ev-probe-finished = { $probe }, { $done } of { $total } { $error }
ev-inventory-finished = inventory ended in { $seconds }
ev-assessed = Linux: { $linux }. Windows 11: { $windows11 }
ev-chosen = { $system }
ev-no-disk = { $text } ({ $by })
ev-planned = plan { $short_digest }. Nothing is written
ev-consent-refused = end of serial number not exact, nothing is written
ev-consented = plan { $plan_digest }
ev-erasure-started = disk { $disk }, { $technique }
ev-canaries-planted = { $disk }: canaries written: { $count }, read back: { $readable }
ev-command-started = { $disk }: { $technique } sent to the drive
ev-command-finished = { $disk }: { $technique }, the drive answered in { $seconds }
ev-command-checked = { $disk }: canaries still there after the command: { $alive } of { $looked }
ev-suspending = some seconds of sleep, to thaw the drives
ev-woke = the PC is awake
ev-command-aside = { $disk }: { $line }
ev-reveal-started = { $disk }: the sectors that the drive hides are about to be shown
ev-revealed = { $disk }: sectors that can be seen, { $before } then { $after }
ev-fell-back = { $disk }: next line of the plan. { $reason }
ev-pass-started = { $disk }: pass { $number } of { $passes }
ev-range-failed = { $disk }: range in error, { $length }
ev-stalled = { $disk }: nothing has moved for { $seconds }
ev-pass-finished = { $disk }: pass { $number } ended, { $bytes } in { $seconds }
ev-verify-started = { $disk }: read back
ev-verify-finished = { $disk }: { $bytes } read back in { $seconds }, mismatches: { $mismatches }
ev-canaries-checked = { $disk }: canaries found: { $alive }
ev-erasure-finished = { $disk }: { $outcome }
ev-install-locked = installation locked: { $reason }
ev-install-started = profile { $profile }, { $steps } steps
ev-step-started = step { $index } of { $total }: { $step }
ev-step-finished = step ended: { $step }
ev-step-failed = step failed: { $step }
ev-install-finished = steps ended
ev-install-staged = Microsoft's Setup ready, Windows not installed
ev-record-signed = certificate { $number } signed
ev-certificate-written = file { $kind } kept on the stick
ev-report-queued = waiting to be sent
ev-report-delivered = sent, receipt verified
ev-report-waiting = waiting to be sent: { $text }
ev-attention = { $reason }
ev-fault = { $code }: { $text }
ev-stop-requested = stop asked by you
ev-job-finished = end of the work on this PC

# Outbox
queue-pc = PC
queue-number = Certificate
queue-written = Written
queue-tries = Tries
queue-state = State
queue-pending = waiting
queue-sent = sent
queue-dead = refused
queue-nothing-lost = Nothing is lost: these results will leave from any bench.
queue-again = Next try in { $time }, without any key.
queue-empty = The outbox is empty: everything has left.
queue-exercise = Exercise: these results only go to the exercise registry.

# Settings
settings-bench = this bench
setting-language = Language
setting-sound = Sound
setting-letters = Letters
setting-mode = Mode
setting-console = Console
setting-recipe = Recipe
setting-version = Version
language-name = English
sound-on = bell of the PC
sound-off = muted
letters-value = { $letters }: the keys F1 to F12, in this order
mode-exercise = exercise: recorded PCs, virtual disks
mode-real = this PC, real disks
console-real = Linux console, the bench's own font and colours
console-terminal = terminal, font and colours of this terminal
recipe-none = none

# plan in detail
plan-digest = Plan { $digest }, full digest:
plan-identity = Identity
plan-passes = Passes
plan-verify = Read back
plan-fallback = Fall-back
plan-skipped = Set aside
plan-no-install = No installation
plan-install = Installation: { $profile }
plan-image = Image
plan-partitions = Partitions
plan-then-check = check: { $text }

# cards and questions
card-what = WHAT
card-why = WHY
card-todo = WHAT TO DO
card-no-words = This code has no page yet.
card-tape = Else: write { $code } on tape, stick it on, red box.
answer-yes = Yes
answer-no = No
answer-yes-then = Yes, then Enter
answer-grave = To say yes: Y, then Enter.
stop-title = Stop
stop-question-command = A drive that erases itself goes on all the same.
stop-question = Stop now? A disk being erased stays half erased and is NOT certified. It will have to be started again.
power-title = Power off
power-refused = A disk is being written: the PC does not power off. F8 stops first.
power-question = Power off this PC? What is signed is already on the stick.
quit-question = Leave the exercise? The virtual disks are forgotten.
diagnostic-title = Diagnosis
diagnostic-done = The folder is written: { $path }

# Help
help-about = screen "{ $screen }"
help-letters = An F key does not answer? Its letter does the same.
help-codes = The error codes

help-general-1 = This screen is for reading, it changes nothing.
help-general-2 = Arrows: scroll. Page up and Page down: faster.
help-general-3 = Esc goes back to the screen you came from.
help-general-4 = The top line says which PC is in front of you.
help-general-5 = The bottom line never changes place.
help-general-6 = A key in brackets is of no use right now.
help-general-7 = F9 changes the language at any time.
help-general-8 = F7 tells what happened.
help-general-9 = F12 writes a folder for whoever helps you.
help-general-10 = A code in red? Write it on tape and stick it on the PC.

help-home-1 = This screen asks which PC is in front of you.
help-home-2 = Scan the label, or type it, then Enter.
help-home-3 = No label? F6: the PC keeps the maker's serial number.
help-home-4 = The inventory started by itself. It touches no disk.
help-home-5 = Facts appear here as soon as they are read.
help-home-6 = When all is read, the next screen comes by itself.
help-home-7 = Words: a probe reads one part of the PC.
help-home-8 = A red exclamation mark shows what to read first.
help-home-9 = After a minute without a key the wall says READY. A scan wakes it.
help-home-10 = Nothing can be erased from this screen.

help-hardware-1 = This screen shows the facts. It does not choose for you.
help-hardware-2 = On top, the alarms: hidden disk, lock, failure, mains disconnected.
help-hardware-3 = Then Linux and Windows 11, rule by rule.
help-hardware-4 = YES: the rule is met. NO: it is not.
help-hardware-5 = Sometimes a setting or an upgrade is enough: the line says which.
help-hardware-6 = ?: nobody could see it. That is neither yes nor no.
help-hardware-7 = Arrows, then Enter: where this fact comes from.
help-hardware-8 = F3 shows all facts, C the checks. F5 looks again after a setting changed.
help-hardware-9 = F2 goes on like this, knowingly. A BIOS setting? Its menu is explained, U leads there.
help-hardware-10 = Words: TPM module, a security chip that Windows 11 asks for.

help-choice-1 = This screen asks which system to give to this PC.
help-choice-2 = Both columns have the same rows. Nothing is chosen in advance.
help-choice-3 = 1: Linux. 2: Windows 11. 3: erase and install nothing.
help-choice-4 = A digit key is broken? Side arrows, then Enter.
help-choice-5 = Inside a column, up and down show another profile.
help-choice-6 = An impossible system stays, with its reason.
help-choice-7 = F3 shows the hardware and the rules. F6: language, keyboard, encrypted disk of Linux.
help-choice-8 = Words: a profile is a system made ready for a use.
help-choice-9 = The choice leads to the plan, nothing is written yet. Esc goes back to the hardware.
help-choice-10 = Microsoft's Setup: copied here, it installs Windows at the next start.

help-linux-1 = This screen says what may change in the Linux of this PC.
help-linux-2 = Nothing is required: without an answer the profile decides.
help-linux-3 = Up and down change the row. Enter changes the answer.
help-linux-4 = Language: that of the menus. The first start stays in French or English.
help-linux-5 = Keyboard: the one the person will have under their fingers.
help-linux-6 = Encrypted disk: nobody reads the documents without the phrase.
help-linux-7 = The phrase is on a sheet of the stick. Print it and hand it over.
help-linux-8 = A lost phrase means lost documents. Nobody can give them back.
help-linux-9 = The answers hold for this PC alone.
help-linux-10 = Escape goes back to the choice.

help-no-disk-1 = This screen asks why this PC has no disk.
help-no-disk-2 = Open the hatch: do you see a disk? Then it is hidden or broken.
help-no-disk-3 = A RAID, RST or VMD setting of the BIOS sometimes hides a disk. Choose AHCI.
help-no-disk-4 = Setting changed? Escape, then start the PC again with the stick.
help-no-disk-5 = Disk plugged in again? F5 reads the PC again.
help-no-disk-6 = 1: the disk was taken out. Write who it was given to.
help-no-disk-7 = 2: the PC came like this. 3: write what happened.
help-no-disk-8 = Then your card number or your initials.
help-no-disk-9 = The signed document carries the reason and the person. It proves no erasure.
help-no-disk-10 = You do not know? Escape, and set the PC aside.

help-confirm-1 = This screen asks for your consent. Until you type, nothing is written.
help-confirm-2 = Look at the serial number, then type its end, in capitals or not.
help-confirm-3 = A disk hides a part? 1 shows it, 2 leaves it. Without an answer nothing starts.
help-confirm-4 = Enter does nothing until it is exact.
help-confirm-5 = Several disks: one field for each, one after the other.
help-confirm-6 = A bar code scanner is not accepted, except for the red CONFIRMER card.
help-confirm-7 = Left out: a disk that will not be touched, and why.
help-confirm-8 = F3 shows the whole plan. F5: the PSID. F6: a second check. Escape cancels.
help-confirm-9 = Words: clear, everything that can be addressed is overwritten.
help-confirm-10 = Words: purge, even the hidden areas are reached.

help-wall-1 = This screen is read from afar: a word, a colour, a shape.
help-wall-2 = Blue: ERASING, then READBACK. Violet: installation.
help-wall-3 = Green with a frame: DONE, the certificate is on the stick.
help-wall-4 = Red stripes: FAILED or UNKNOWN. Do not release this PC.
help-wall-5 = Blinking amber: YOUR TURN, something waits for you.
help-wall-6 = The figure changes once a second at most.
help-wall-7 = At the bottom, each disk: what is done and how fast.
help-wall-8 = F8 stops, after a question. The disk is then NOT certified.
help-wall-9 = At the end, F2 or Enter shows the result.
help-wall-10 = You may walk away, or press C for the checks. Leave the stick in.

help-result-1 = This screen says what was done, and what to do with the PC.
help-result-2 = On top, the word of the wall and what it means.
help-result-3 = Each disk has its line, with the proof that was observed.
help-result-4 = Canaries: known blocks written before, looked for after. None may be left.
help-result-5 = Read back: what was written is read again and compared.
help-result-6 = The certificate is already signed and kept. Nothing to type.
help-result-7 = WAITING TO BE SENT: F5 tries now, the end of the next PC tries too.
help-result-8 = F3 shows a code for a phone.
help-result-9 = "To do" gives the gestures, in order.
help-result-10 = F2 goes to the next PC.

help-journal-1 = The journal says everything that happened, with the time.
help-journal-2 = It is on the stick: a power cut does not erase it.
help-journal-3 = F changes the filter: all, alerts, proofs.
help-journal-4 = Alerts: what did not work, or what waits for you.
help-journal-5 = Proofs: what the certificate states, line by line.
help-journal-6 = Arrows: choose a line. Enter: its exact numbers.
help-journal-7 = The last line is followed until you move.
help-journal-8 = F12 copies a diagnosis for whoever helps you.
help-journal-9 = Words: a consent ties your choice to one plan and to disks.
help-journal-10 = Esc goes back to the screen you came from.

help-outbox-1 = This screen shows the results that wait for the registry.
help-outbox-2 = Sending is tried at the end of each PC, then less and less often, without any key.
help-outbox-3 = F5 tries now.
help-outbox-4 = Nothing is lost: each result is signed and on the stick.
help-outbox-5 = A result is "sent" only with a verified receipt.
help-outbox-6 = Refused: the registry said why, the line repeats it.
help-outbox-7 = The stick can send from any bench.
help-outbox-8 = An exercise only goes to the exercise registry.
help-outbox-9 = Words: the registry keeps the list of the network's PCs.
help-outbox-10 = Esc goes back to the screen you came from.

help-settings-1 = These settings are those of the bench, not of the PC.
help-settings-2 = Arrows: choose a line. Enter: change.
help-settings-3 = Language: French or English, at once. F9 does the same.
help-settings-4 = Sound: a bell when it is over or when you are awaited.
help-settings-5 = The colour always says the same as the sound.
help-settings-6 = Letters: they stand for the F keys.
help-settings-7 = Exercise mode: the disks are virtual, the top line says so.
help-settings-8 = Nothing here changes what is erased.
help-settings-9 = Nothing here is written to the PC.
help-settings-10 = Esc goes back to the screen you came from.

# Checks
screen-functions = CHECKS
screen-keyboard = KEYBOARD
screen-colours = COLOURS
do-functions = Checks
do-menu = BIOS menu
key-menu = BIOS
menu-by-key = Key U: this PC restarts straight into that menu.
menu-question = Restart this PC into the BIOS menu? What is signed is already on the stick. Leave the stick plugged in: it is needed next.
menu-memory = Restart this PC into the BIOS menu? Results are in memory only and will be LOST. To keep them: N, plug in a Regain stick, then F5.
do-try = try it
functions-grades = Looks { $cosmetic }, working order { $functional } ({ $done } of { $total } done)
functions-how = Say what you see: 1 works, 2 fault, 3 not done, 4 not there. Enter tries or explains.
functions-signed = The report of this PC is signed: these checks change no more.
functions-busy = Not now: a disk is being worked on, or the report is signed.
function-open = to do
function-running = running
function-wait = two minutes; go on with the other checks
function-by-hand = seen by you
function-pass = works
function-fail = fault
function-warn = look at
function-skipped = not done
function-not-applicable = not there
function-keyboard = Keyboard
function-touchpad = Touchpad
function-touchscreen = Touch screen
function-display = Screen
function-speakers = Sound
function-microphone = Microphone
function-webcam = Camera
function-usb-ports = USB ports
function-video-outputs = Video outputs
function-ethernet = Wired network
function-wifi = Wi-Fi
function-bluetooth = Bluetooth
function-charger = Charger
function-battery = Battery
function-cpu-stress = Heat under load
function-ram = Memory
function-disk-smart = Disks
function-fan = Fan
function-chassis = Case, hinges
function-bios-password = Firmware lock
function-enrolment-lock = Management lock
function-cmos-battery = Clock battery
function-tpm = TPM
function-secure-boot = Secure Boot
function-windows-key = Windows key
function-looks = Looks
looks-none = 1: fine scratches, 2: visible when off, 3: marked, 4: broken
looks-a = fine scratches
looks-b = visible, not when the screen is lit
looks-c = marked
looks-d = a part is broken
try-keyboard = Enter: each key that is pressed lights
try-touchpad = move a finger, click left and right
try-touchscreen = touch the four corners
try-display = Enter: plain colours, look for dots and stains
try-speakers = Enter: a tone on the left, then on the right
try-speakers-heard = A tone was played left, then right. Heard on both sides? 1, else 2.
try-speakers-silent = No tone could be played: no sound card seen, or no tool.
try-microphone = blow on it while recording
try-webcam = Enter: which camera is seen; look whether it is covered
try-webcam-seen = Camera seen: { $names }. Nothing is recorded. Cover and glass intact? 1, else 2.
try-webcam-none = No camera seen. There is none: 4. There should be one: 2.
try-usb-ports = plug a stick into each port
try-video-outputs = plug a screen into each output
try-ethernet = plug in a cable: its lamp lights
try-wifi = an aerial is seen; does a network appear?
try-bluetooth = an aerial is seen; does a device appear?
try-charger = plug it in: the charging lamp lights
try-battery = state not read
try-cpu-stress = Enter: a minute of load, the temperature is read
try-ram = Enter: a minute, only the free memory
try-disk-smart = the disks told nothing of themselves
try-fan = listen during the load: it turns, without scraping
try-chassis = hinges, screws, covers, sockets
try-bios-password = enter the firmware setup: does it ask for a password?
try-enrolment-lock = at start, does an organisation's name show?
try-cmos-battery = time not read
key-space = Space
keyboard-how = { $done } keys of { $total }. Shift, Ctrl, Alt and Fn cannot be seen alone: try them with a letter. Escape twice ends.
test-not-there = not on this PC
test-dead = seen, but without an interface
test-battery-worn = worn
test-battery-replace = to be replaced
test-battery-none = no battery in the PC
test-locked = a password is set
test-clock-flat = flat battery
test-smart-failed = a disk announces its failure
test-no-sensor = load carried, no temperature sensor
test-hot = hot
test-too-hot = too hot
test-slowed = the processor had to slow down
test-memory-errors = some bits are wrong
test-memory-part = part of the patterns, for want of time
test-no-free-memory = not enough free memory
test-too-slow = too slow to conclude
test-late = no answer in time
test-no-tool = not possible here
test-needs-root = needs administrator rights
test-broke = the test stopped

help-functions-1 = This screen says whether everything works. It changes nothing on the PC.
help-functions-2 = Go from top to bottom. Filled rows come from the inventory.
help-functions-3 = 1 works, 2 fault, 3 not done, 4 not there: the arrow goes on.
help-functions-4 = Enter tries: keyboard, colours, sound, heat, memory.
help-functions-5 = Heat and memory take two minutes, by themselves.
help-functions-6 = A check that was passed over (3) is written so in the report.
help-functions-7 = Looks and working order are two grades, never an average.
help-functions-8 = The grade of working order waits until everything was done.
help-functions-9 = The word "refurbished" needs all of these checks.
help-functions-10 = Once the report is signed, nothing changes here.
