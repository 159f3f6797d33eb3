# Words shared by every room: shape of errors, sizes, durations, dates, states.

error-why = Why:
error-todo = What to do:
error-nothing-written = Nothing was written to this disk.
error-was-written = Part of the disk was written.

yes = yes
no = no
exercise = EXERCISE

# numbers, sizes, durations, dates
number-group = ,
number-decimal = .
size-tb = { $n } TB
size-gb = { $n } GB
size-mb = { $n } MB
size-kb = { $n } kB
size-b = { $n } bytes
size-gib = { $n } GiB
size-mib = { $n } MiB
span-s = { $n } s
span-min = { $n } min
span-h = { $h } h { $m }
rate = { $size }/s
temperature-at-start = { $n } °C at the start
date-day = { $day } { $month } { $year }
date-month = { $month } { $year }
month-1 = Jan.
month-2 = Feb.
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = Aug.
month-9 = Sept.
month-10 = Oct.
month-11 = Nov.
month-12 = Dec.

# the three states of a fact
fact-not-told = not told
fact-absent = absent
fact-unreadable = unreadable
fact-absent-why = absent: { $why }
fact-unreadable-why = unreadable: { $why }

# results of an erasure
outcome-purged = purge proven
outcome-cleared = clear proven
outcome-cleared_with_exceptions = clear with exceptions
outcome-failed = erasure failed
outcome-refused = refused, nothing is written
outcome-unknown = state unknown

# P: plan and consent
err-confirm-wrong = This is not the end of this serial number.
    .why = The characters typed are not those of the disk { $model }.
    .todo = Read the end of the serial number on the screen, then type it.
err-plan-changed = The plan is no longer the one you agreed to.
    .why = A disk, a method or a choice changed since your consent.
    .todo = Read the plan again, then consent to the new one.
err-warrant-missing = This action has no consent.
    .why = No erasure starts without a consent given on the screen.
    .todo = Go back to Confirmation and type the end of the serial number.
err-warrant-spent = This consent was already used.
    .why = A consent is good for one erasure of each disk only.
    .todo = Go back to the choice and give a new consent.
err-warrant-expired = This consent is no longer valid.
    .why = It was given too long ago.
    .todo = Go back to the choice and give a new consent.
err-warrant-other-disk = The disk is not the one of the consent.
    .why = The serial number read again right before writing is not the plan's.
    .todo = Look at the PC again with F5, then give a new consent.
err-recipe-bad = The recipe { $path } cannot be used.
    .why = { $problems }
    .todo = Correct the recipe, or work without one.
err-cancelled = Stopped by you.
    .why = You asked to stop.
    .todo = A disk that was being erased is NOT certified: start it again.
err-choice-missing = No system was chosen.
    .why = There is no plan without a choice between Linux, Windows and nothing.
    .todo = Choose on the Choice screen.
err-no-disk-unexplained = This PC shows no disk, and nobody said why.
    .why = A RAID, RST or VMD setting of the BIOS can hide a disk full of data.
    .todo = Look at the PC and its BIOS, then give the reason and your card number.
err-second-person-same = The second person cannot be the one who erases.
    .why = The second check counts because somebody else looks.
    .todo = Give another person's card and a program, or leave it empty.
err-choice-impossible = This choice is not possible on this PC.
    .why = A rule of this system is not met; the Choice screen gives the reason.
    .todo = Choose another system, or settle the point named there, then F5.

# X: our own fault
err-bug = The program made a mistake.
    .why = { $path }
    .todo = Note the code, keep this file and tell whoever looks after the bench.
err-usage = The command is not understood.
    .why = { $what }
    .todo = Read about the command with --help.
