# Inventory: the card of the machine, why a fact is missing, and the errors of family M.

inv-title = This machine
inv-exercise = Recorded machine: { $name }
inv-took = Read in { $seconds } s

inv-machine = Machine
inv-serial = Serial number
inv-chassis = Chassis
inv-board = Mainboard
inv-bios = Firmware
inv-boot = Started by
inv-secure-boot = Secure Boot
inv-cpu = Processor
inv-memory = Memory
inv-tpm = TPM
inv-disks = Disks
inv-controllers = Controllers
inv-graphics = Graphics
inv-screen = Screen
inv-battery = Battery
inv-network = Network
inv-missing = Without driver
inv-firmware-files = Firmware files
inv-windows-key = Windows key
inv-clock = Clock

inv-none = none
inv-serial-good = { $serial }
inv-serial-junk = { $serial } (identifies nothing)
inv-serial-absent = not filled in
inv-virtual = virtual machine
inv-boot-uefi = UEFI, { $bits } bits
inv-boot-bios = the old way (BIOS)
inv-boot-uefi-possible = the old way; this machine knows UEFI
inv-secure-boot-on = on
inv-secure-boot-off = off
inv-secure-boot-setup = keys cleared (setup mode)
inv-secure-boot-unsupported = not offered
inv-secure-boot-unknown = unknown
inv-bios-locked = setup password set
inv-cpu-cores = { $cores ->
    [one] { $cores } core
   *[other] { $cores } cores
 }, { $threads ->
    [one] { $threads } thread
   *[other] { $threads } threads
 }
inv-memory-modules = { $modules ->
    [one] { $modules } module
   *[other] { $modules } modules
 } in { $slots ->
    [one] { $slots } slot
   *[other] { $slots } slots
 }
inv-memory-max = { $size } at most
inv-memory-soldered = soldered
inv-estimated = estimated
inv-tpm-hidden = { $version }, seen by the firmware only
inv-tpm-unbound = { $version }, without a driver
inv-medium-hdd = hard disk
inv-medium-ssd = SSD
inv-medium-nvme = NVMe SSD
inv-medium-emmc = soldered eMMC
inv-medium-usb = USB
inv-medium-optical = optical
inv-medium-unknown = unknown medium
inv-disk-serial = no. { $serial }
inv-disk-hours = { $hours } h powered on
inv-disk-in-use = in use: { $why }
inv-disk-reallocated = { $n ->
    [one] { $n } reallocated sector
   *[other] { $n } reallocated sectors
 }
inv-disk-smart-failed = the disk says it is failing
inv-disk-frozen = frozen by the firmware
inv-disk-locked = locked by a password
inv-hidden = { $n ->
    [one] { $n } disk hidden by the controller
   *[other] { $n } disks hidden by the controller
 }
inv-hidden-unknown = disks may be hidden ({ $why })
inv-battery-line = { $name }: { $full } of { $design } Wh, { $wear } % worn
inv-battery-cycles = { $n ->
    [one] { $n } cycle
   *[other] { $n } cycles
 }
inv-kind-ethernet = Ethernet
inv-kind-wifi = Wi-Fi
inv-kind-bluetooth = Bluetooth
inv-kind-other = other
inv-screen-line = { $maker } { $model }, { $width } x { $height }, { $inches } inches
inv-key-present = present, ends in { $suffix }
inv-key-present-unread = present
inv-key-absent = absent
inv-key-unknown = unknown
inv-clock-flat = { $time }: replace the battery
inv-clock-fine = { $time }

# why a fact is missing (agent/locale/reasons.py)
inv-why-needs-root = needs root
inv-why-late = no answer in time
inv-why-time-out = no answer in time ({ $what })
inv-why-tool-missing = program missing ({ $what })
inv-why-not-there = not found ({ $what })
inv-why-could-not-read = could not be read ({ $what })
inv-why-no-smbios = this machine does not give its SMBIOS table
inv-why-empty = empty answer
inv-why-no-driver = controller without a driver
inv-why-raid = RAID controller
inv-why-uncounted = the kernel does not count them
inv-why-empty-slots = every slot says it is empty
inv-why-broken-answer = damaged answer, not believed
inv-why-cut = incomplete answer
inv-why-garbage = answer that cannot be understood
inv-why-refused = the drive refused the question
inv-why-lost = the question or the answer was lost on the way
inv-why-not-ata = not a SATA drive
inv-why-floor = more than { $what } minutes
inv-why-blank = not filled in
inv-why-not-told = not told
inv-why-not-shown = the system does not show it
inv-why-no-name = its name is not in the list of hardware
inv-why-no-known-bus = neither on PCI, nor on USB
inv-why-no-menu-request = the firmware does not take this request
inv-why-drive-silent = the drive does not say
inv-why-no-drive = no real drive behind it
inv-why-no-smart = this drive does not watch its own health
inv-why-zero-degrees = the drive says 0 °C, which is no measurement
inv-why-no-file = the file in it cannot be found
inv-why-no-battery = no battery in place
inv-why-no-mains = mains supply not reported
inv-why-no-tpm = no TPM to be seen
inv-why-no-edid = the screen does not describe itself
inv-why-no-signatures = no list of signatures
inv-why-no-bus = this machine has no { $what } bus
inv-why-no-driver-bound = no driver
inv-why-none-hidden = no hidden disk
inv-why-vmd = Linux sees the disks behind VMD, Windows Setup does not
inv-why-no-key = the table holds no key
inv-why-no-camera = no camera seen
inv-why-no-address = no factory address
inv-why-on-usb = plugged in by USB
inv-why-made-up-address = address made up by software
inv-why-no-log = the kernel's log cannot be read
inv-why-bug = our program made a mistake ({ $what })
inv-why-mounted = mounted on { $what }
inv-why-member = member of { $what }
inv-why-held = held by { $what }
inv-why-swap = swap
inv-why-absent = { $head }absent ({ $why })
inv-why-unreadable = { $head }unreadable ({ $why })
inv-why-not-looked-for = { $head }not looked for
inv-why-other-build = another build is running
inv-why-no-such-file = it does not exist
inv-why-no-folder = it is not a folder
inv-why-is-folder = it is a folder
inv-why-full = there is no room left
inv-why-write-protected = write-protected
inv-why-io-error = the medium answers with an error
inv-why-busy = already busy
inv-why-gone = it is no longer there

inv-parse-unreadable = unreadable: { $why }
inv-recorded = Machine recorded in { $path }: { $commands } commands, { $files } files, { $size } kB.
inv-recorded-redacted = { $n ->
    [one] { $n } identifier replaced.
   *[other] { $n } identifiers replaced.
 }
inv-recorded-plain = Serial numbers stand in it as they are. The option --redact replaces them.
inv-recorded-partial = Without root this recording is incomplete.

# M: machine and tools
err-not-root = This needs root.
    .why = Without it the disks and the firmware stay closed.
    .todo = Run the command again as root.
err-tool-missing = A program is missing: { $tool }.
    .why = It is not installed on this system.
    .todo = Install it, or start from the Regain stick.
err-tool-timeout = A program does not answer: { $tool }.
    .why = Its time is up. A dying disk is often the cause.
    .todo = Switch the machine off, check the cables, then try again.
err-tool-garbage = The answer of { $tool } cannot be read.
    .why = The text is cut, empty or of another form.
    .todo = Try again. If it happens again, send a recording of the machine.
err-machine-unknown = No recorded machine is called { $name }.
    .why = Known machines: { $known }.
    .todo = Choose one of these names, or give a folder made by "regain record".
err-recording-lacks = The recording of { $machine } is incomplete.
    .why = It lacks { $what }.
    .todo = Record this machine again with "regain record".
err-not-live = This machine is a recording.
    .why = There is no real disk behind it.
    .todo = Run the command on the machine itself, or use "regain bench".
err-file-unreadable = This file or folder will not do: { $path }
    .why = It is missing, protected, or does not hold what is expected.
    .todo = Check the path and the permissions, then try again.
err-fault-unknown = No rehearsal fault is called { $name }.
    .why = Known faults: { $known }.
    .todo = Choose one of these names.
err-data-damaged = Some of Regain's data is damaged: { $file }
    .why = The check says: { $reason }.
    .todo = Put this file back in place, or make the stick again.

err-data-not-newer = This list is not newer: { $file }
    .why = It is of { $given }, the one in force of { $now }.
    .todo = Take the list of the latest Regain; nothing was changed.
