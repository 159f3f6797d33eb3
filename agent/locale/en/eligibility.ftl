# Eligibility: Windows 11 and Linux verdicts, rules, remedies, advice.

# the five verdicts of Windows 11, the four of Linux
verdict-windows-eligible = eligible
verdict-windows-eligible_after_firmware_change = eligible after a setting
verdict-windows-eligible_after_upgrade = eligible after an upgrade
verdict-windows-not_eligible = not eligible
verdict-windows-undetermined = undetermined
verdict-windows-not_eligible-because = not eligible ({ $reason })
verdict-linux-fits = fits
verdict-linux-fits_with_limits = fits with limits
verdict-linux-does_not_fit = does not fit
verdict-linux-undetermined = undetermined
verdict-linux-does_not_fit-because = does not fit ({ $reason })

# the answer to one rule
answer-pass = YES
answer-fail = NO
answer-undetermined = ?
answer-fixable = { $kind ->
    [firmware] ?
   *[other] NO
 }

# the short name of every rule
check-cpu = Processor
check-cpu_instructions = Instructions
check-cores = Cores
check-clock = Clock
check-memory = Memory
check-disk = Storage
check-tpm = TPM
check-firmware = UEFI mode
check-secure_boot = Secure Boot
check-gpu = Graphics
check-display = Display
check-boot = Start
check-drivers = Drivers
check-wifi = Wi-Fi
check-firmware_files = Firmware files
check-cpu_level = Processor
check-support = Updates

# processor
check-cpu-pass-named = passes Microsoft’s check, named on its list of { eligibility-list-date }
check-cpu-pass-series = passes Microsoft’s check; not named, but its series is ({ $series })
check-cpu-pass-delisted = passes Microsoft’s check; was named on its list until { eligibility-delisted }
check-cpu-pass-none = passes Microsoft’s check; not named on its list of { eligibility-list-date }, which is not exhaustive
check-cpu-fail = fails Microsoft’s check ({ $vendor } { $numbers })
check-cpu-fail-named = named on the list ({ $name }), yet Microsoft’s check refuses it ({ $numbers })
check-cpu-fail-other-model = { $name } is accepted in two PC models only; this one is { $product }
check-cpu-pass-by-list = one number could not be read (platform id); Microsoft’s list names { $name }
check-cpu-fail-by-list = signature of a refused generation ({ $numbers }), and the name is not on Microsoft’s list
check-cpu-needs-platform-id = the number that decides (platform id) could not be read
check-cpu-device-bound = { $name } is accepted in two PC models only; the model is not known
check-cpu-named-without-numbers = named on Microsoft’s list ({ $name }); family and model were not read
check-cpu-unreadable = processor not identified: family, model or stepping not read
check-cpu-virtual = virtual machine: the result says nothing of a real PC
cpu-row-bad-number = column { $column } cannot be read: { $value }
cpu-row-no-brand = row without a processor name or number
cpu-row-broken = row cannot be read: { $why }

# the verdict of "regain cpu"
cpu-line = { $brand }: { $verdict }
cpu-verdict-supported = accepted by Windows 11
cpu-verdict-unsupported = refused by Windows 11
cpu-verdict-unlisted = accepted by Windows 11, on no list by name
cpu-verdict-needs_platform_id = undetermined: the "platform id" number is missing
cpu-verdict-unknown = undetermined
cpu-decided-fms = Decided by: family, model and stepping (Microsoft’s check of { eligibility-rule-date }).
cpu-decided-list = Decided by: the list by name of { eligibility-list-date }.
cpu-decided-both = Decided by: Microsoft’s check of { eligibility-rule-date } and the list of { eligibility-list-date }.
cpu-contradiction = Contradiction: the list and Microsoft’s check do not say the same.

# the other rules of Windows 11
check-cpu-instructions-pass = all present (SSE4.2, POPCNT)
check-cpu-instructions-fail = missing: { $missing }
check-cpu-instructions-conflict = missing ({ $missing }), yet this processor should have them: to be checked
check-cpu-instructions-unreadable = list not read: { $why }
check-cores-pass = { $threads } logical processors for { $need } required
check-cores-fail = { $threads } logical processor for { $need } required
check-cores-limited = { $threads } seen, but the start options limit them: read again without that limit
check-cores-unreadable = number not read: { $why }
check-clock-pass = { $ghz } GHz, more than { $need_ghz } GHz
check-clock-fail = { $ghz } GHz; more than { $need_ghz } GHz is required
check-clock-unreadable = clock not read: { $why }
check-memory-pass = { $gib } GiB for { $need_gib } required
check-memory-low = { $gib } GiB for { $need_gib } required: more can be fitted
check-memory-fixed = { $gib } GiB for { $need_gib } required, and nothing can be added: soldered, or at its maximum
check-memory-low-unknown = { $gib } GiB for { $need_gib } required; the slots could not be read
check-memory-low-almost = { $mib } MiB: enough for Microsoft’s check, less than the published { $need_gib } GiB; more can be fitted
check-memory-fixed-almost = { $mib } MiB: enough for Microsoft’s check, less than the published { $need_gib } GiB; nothing can be added
check-memory-low-unknown-almost = { $mib } MiB: enough for Microsoft’s check, less than the published { $need_gib } GiB; slots not read
check-memory-estimated = { $gib } GiB estimated, too close to the limit to conclude: look at the modules
check-memory-unreadable = size not read: { $why }
check-disk-pass = { $gb } GB for { $need_gb } required
check-disk-pass-tight = { $gb } GB for { $need_gb } required: tight. Upgrades refuse a volume under 64 GiB; { $advised_gb } GB advised
check-disk-small = { $gb } GB for { $need_gb } required ({ $disk })
check-disk-none = no disk in this PC
check-disk-hidden = a controller hides a disk: its size cannot be read
check-disk-emmc = { $gb } GB soldered for { $need_gb } required, and no room for another disk
check-disk-emmc-unknown = { $gb } GB soldered for { $need_gb } required; look inside for a free bay
check-disk-unreadable = disks not read: { $why }
check-tpm-pass = version { $version }, on
check-tpm-pass-no-driver = version { $version }, announced by the firmware; the driver did not take it
check-tpm-hidden = version { $version }, present but hidden by a firmware setting
check-tpm-not-seen = not seen. This processor has one, almost surely turned off in the firmware setup
check-tpm-not-seen-note = not seen; of no effect here, since the processor is refused
check-tpm-old-flash = version { $version }; this maker ({ $maker }) publishes an update to 2.0
check-tpm-old = version { $version }; no update to 2.0 known from this maker ({ $maker })
check-tpm-apple = no TPM on an Apple PC
check-tpm-version-unreadable = present, version not read: { $why }
check-tpm-unreadable = could not be looked for: { $why }
check-firmware-pass = started in UEFI mode
check-firmware-legacy = started in the old mode, but this PC knows UEFI
check-firmware-none = this PC does not know UEFI
check-firmware-32bit = 32-bit UEFI; Windows 11 requires 64 bits
check-firmware-chromebook = Chromebook: Windows is possible only when every rule passes
check-firmware-chromebook-reflashed = UEFI mode, firmware replaced; the maker does not support this Chromebook any more
check-firmware-unreadable = boot mode not read: { $why }
check-secure-boot-on = possible, and on
check-secure-boot-off = possible, off; Windows 11 accepts that
check-secure-boot-setup = its keys are missing
check-secure-boot-legacy = cannot be read in the old mode
check-secure-boot-none = this PC does not offer it
check-secure-boot-apple = not offered to Windows on an Apple PC
check-secure-boot-unreadable = state not read: { $why }
check-gpu-pass = { $gpu }
check-gpu-not-known = { $gpu }: DirectX 12 not checked
check-gpu-unreadable = not read: { $why }
check-display-pass = { $width } × { $height }, { $inches } inches
check-display-small = { $width } × { $height }, { $inches } inches: less than 720 lines or 9 inches
check-display-none = no built-in display
check-display-unreadable = not read: { $why }

# Linux
linux-boot-pass = started from this stick, in { $mode ->
    [uefi] UEFI
   *[other] the old
 } mode{ $secure ->
    [on] , Secure Boot on
    [off] , Secure Boot off
   *[other] { "" }
 }
linux-boot-32bit = started in 32-bit UEFI: the installed system needs a 32-bit boot loader
linux-boot-arm = ARM processor: this stick does not start there
linux-boot-unknown = boot mode not read: { $why }
linux-drivers-pass = every device has its driver
linux-drivers-missing = no driver: { $devices }
linux-drivers-unknown = not checked: { $why }
linux-wifi-pass = works offline (driver { $driver })
linux-wifi-download = needs a cable the first time (driver { $driver })
linux-wifi-unsigned = driver { $driver } is not signed: not with Secure Boot
linux-wifi-dead = Wi-Fi chip present, not working: { $device } (missing files: { $files })
linux-wifi-none = no Wi-Fi interface seen; network by cable
linux-no-network = no network interface seen, neither Wi-Fi nor cable
linux-wifi-unknown = not checked: { $why }
linux-firmware-files-pass = no file is missing
linux-firmware-files-missing = missing: { $files }
linux-firmware-files-unknown = not checked: { $why }
linux-cpu-level-pass = x86-64 level { $level }
linux-cpu-level-old = x86-64 level { $level }: old, it suits light desktops
linux-cpu-level-32bit = 32-bit only: no profile
linux-cpu-level-arm = ARM processor: no profile of this stick
linux-cpu-level-unknown = instructions not read: { $why }
linux-memory-pass = { $gib } GiB for { $need_gib } required
linux-memory-low = { $gib } GiB for { $need_gib } required
linux-memory-unknown = size not read: { $why }
linux-disk-pass = { $gb } GB for { $need_gb } required
linux-disk-slow = { $gb } GB for { $need_gb } required; hard disk: slower
linux-disk-small = { $gb } GB for { $need_gb } required ({ $disk })
linux-disk-none = no disk in this PC
linux-disk-hidden = a controller hides a disk: its size cannot be read
linux-disk-unknown = disks not read: { $why }
linux-secure-boot-on = works with Secure Boot on
linux-secure-boot-off = works; Secure Boot is not active
linux-secure-boot-off-no-key = works; to turn it on one day, the third-party key is needed first
linux-secure-boot-no-key = the third-party key is missing: allow it in the firmware setup
linux-secure-boot-bios = does not apply in the old mode
linux-secure-boot-unknown = state not read: { $why }
linux-support-until = profile { $profile }, { eligibility-until }
linux-support-unknown = profile { $profile }: end date not told
linux-support-no-profile = no profile fits

# a date inside a sentence: day and year in digits, month from m01 to m12; the day "none": the month alone
eligibility-month = { $month ->
    [m01] { month-1 }
    [m02] { month-2 }
    [m03] { month-3 }
    [m04] { month-4 }
    [m05] { month-5 }
    [m06] { month-6 }
    [m07] { month-7 }
    [m08] { month-8 }
    [m09] { month-9 }
    [m10] { month-10 }
    [m11] { month-11 }
    [m12] { month-12 }
   *[other] { "" }
 } { $year }
eligibility-until = until{ $day ->
    [none] { "" }
   *[other] { " " }{ $day }
 } { eligibility-month }
eligibility-ended = { $day ->
    [none] in
   *[other] on { $day }
 } { eligibility-month }
eligibility-list-date = { $list_day } { $list_month ->
    [m01] { month-1 }
    [m02] { month-2 }
    [m03] { month-3 }
    [m04] { month-4 }
    [m05] { month-5 }
    [m06] { month-6 }
    [m07] { month-7 }
    [m08] { month-8 }
    [m09] { month-9 }
    [m10] { month-10 }
    [m11] { month-11 }
    [m12] { month-12 }
   *[other] { "" }
 } { $list_year }
eligibility-rule-date = { $rule_day } { $rule_month ->
    [m01] { month-1 }
    [m02] { month-2 }
    [m03] { month-3 }
    [m04] { month-4 }
    [m05] { month-5 }
    [m06] { month-6 }
    [m07] { month-7 }
    [m08] { month-8 }
    [m09] { month-9 }
    [m10] { month-10 }
    [m11] { month-11 }
    [m12] { month-12 }
   *[other] { "" }
 } { $rule_year }
eligibility-delisted = { $until_month ->
    [m01] { month-1 }
    [m02] { month-2 }
    [m03] { month-3 }
    [m04] { month-4 }
    [m05] { month-5 }
    [m06] { month-6 }
    [m07] { month-7 }
    [m08] { month-8 }
    [m09] { month-9 }
    [m10] { month-10 }
    [m11] { month-11 }
    [m12] { month-12 }
   *[other] { "" }
 } { $until_year }

# remedies: .makers tells what makers call the setting
remedy-tpm-enable = Turn on the security chip. { check-menu-open } In the menu look for “Security”, then the TPM, choose “Enabled”, save with F10. Start from the stick and read again.
    .makers = Intel: PTT, Platform Trust Technology, Security Device Support. AMD: fTPM, PSP. Lenovo: Security Chip. HP: TPM Device Available and TPM State. Dell: TPM On, PTT On.
remedy-tpm-flash = The security chip is version { $version }. This maker ({ $maker }) offers an update to 2.0, or a plug-in module: look the PC model up on its site.
    .makers = –
remedy-uefi-boot = This PC started in the old mode. { check-menu-open } In the “Boot” menu turn off “CSM” or “Legacy”, save with F10. Then start the stick by its “UEFI” entry and read again.
    .makers = CSM, Legacy Support, Boot Mode.
remedy-keys-restore = The Secure Boot keys are missing. { check-menu-open } In the menu open “Security” or “Boot”, then “Secure Boot”, and choose “Restore Factory Keys”. Save with F10. Start from the stick and read again.
    .makers = Restore Factory Keys, Install Default Keys.
remedy-secure-boot-on = Optional: Secure Boot is off. Windows 11 accepts that; on is safer.
    .makers = Secure Boot.
remedy-third-party-ca = Linux and this stick need Microsoft’s third-party key. { check-menu-open } In the menu open “Secure Boot”, allow that key, save with F10. Start from the stick and read again.
    .makers = Allow Microsoft 3rd Party UEFI CA.
remedy-vmd-ahci = The disk controller hides disks from Windows Setup. { check-menu-open } In the menu look for “SATA” or “VMD”, choose “AHCI” or turn “VMD” off, save with F10. Do it before erasing, then read again.
    .makers = Intel RST, RAID On, VMD Controller.
remedy-ram-add = Add one module of { $add_gib } GiB ({ $ram_kind }){ $slot ->
    [swap] , in place of the one of { $swap_gib } GiB
   *[free] , in the free slot
 }{ $max_gib ->
    [0] . The maximum of this PC is not known.
   *[other] . This PC takes { $max_gib } GiB at most.
 }
    .makers = –
remedy-disk-replace = Fit a disk of { $advised_gb } GB or more{ $disk_form ->
    [nvme] , M.2 NVMe.
    [sata] , SATA (2.5-inch or M.2: look at the one in place).
   *[look] . Look inside for the kind it takes: 2.5-inch SATA, M.2 SATA or M.2 NVMe.
 }
    .makers = –
remedy-cmos-battery = The clock battery is flat: replace it (most often CR2032).
    .makers = –
remedy-firmware-locked = A setup password blocks every firmware change. Ask the donor for it.
    .makers = Supervisor Password, Administrator Password, Setup Password.

# the same, by the identifier of the JSON contract
tpm-enable = { remedy-tpm-enable }
tpm-flash = { remedy-tpm-flash }
uefi-boot = { remedy-uefi-boot }
keys-restore = { remedy-keys-restore }
secure-boot-on = { remedy-secure-boot-on }
third-party-ca = { remedy-third-party-ca }
vmd-ahci = { remedy-vmd-ahci }
ram-add = { remedy-ram-add }
disk-replace = { remedy-disk-replace }
cmos-battery = { remedy-cmos-battery }
firmware-locked = { remedy-firmware-locked }

# notes
note-virtual-machine = Virtual machine: the result says nothing of a real PC.
note-apple = Apple PC: neither TPM nor Secure Boot for Windows.
note-chromebook = Chromebook: Windows is not supported there by the maker.
note-arm = ARM processor: this stick does not start there; the verdict is for a recording only.
note-engineering-sample = The maker’s trial processor: the numbers decide, not the name.
note-windows-ca-2023 = The firmware lacks the key “Windows UEFI CA 2023”: it does not start a Windows signed by that key alone.
note-needs-root = Read without administrator rights: no favourable verdict is possible ({ $facts }).

# advice, one line a topic
advice-windows11 = Windows 11 { $version } (Home, Pro): updates { eligibility-until }.
advice-windows11-ended = Windows 11 { $version } (Home, Pro): updates ended { eligibility-ended }.
advice-windows10-esu = Windows 10 { $version }: updates { eligibility-until }, if the person enrols the PC (ESU).
advice-windows10-esu-ended = Windows 10 { $version }: updates ended { eligibility-ended }.
advice-linux = Linux, profile { $profile }: updates { eligibility-until }.
advice-linux-ended = Linux, profile { $profile }: updates ended { eligibility-ended }.
advice-linux-unknown = Linux, profile { $profile }: end of updates not told.
advice-linux-none = Linux: no profile of this stick fits.
advice-data = Data { $version }; processor list of { eligibility-list-date }.
advice-data-old = This data is older than { $months } months: the verdict is to be confirmed.

# the text of "regain check"
check-title = { $maker } { $model }
check-title-unknown = model not read
check-headline-windows = Windows 11: { $verdict }
check-headline-linux = Linux: { $verdict }
check-profiles = Profiles: { $profiles }
check-profiles-none = Profiles: none
check-notes = Notes
check-note-line = { $rule }: { $text }
check-remedies = To do
check-remedies-none = To do: nothing.
check-where = Names of the setting: { $makers }
check-menu-open = { $menu ->
    [f1] Switch the PC off and on again and press F1 several times.
    [f2] Switch the PC off and on again and press F2 several times.
    [f10] Switch the PC off and on again and press F10 several times.
    [delete] Switch the PC off and on again and press Del several times.
    [volume] Switch the tablet off. Hold “volume up”, switch it on, let go when the menu appears (on a PC: F1, F2, F10 or Del).
   *[any] Switch the PC off and on again and press F1, F2, F10 or Del several times.
 }
check-menu-restart = This PC can restart straight into that menu: systemctl reboot --firmware-setup
check-menu = This menu often has no mouse: move with the arrow keys, confirm with Enter. Esc leaves without a change. If it does not open, try Esc or F12 at power-on.
check-contradictions = Two sources contradict each other

# "regain lists"
lists-line = { $file }  version { $version }, facts of { $date }, { $count } entries ({ $mark })
lists-packaged = of the program
lists-updated = updated
lists-refused = { $file }: the update is damaged, the program's own counts ({ $why })
lists-taken = { $file }: { $before } → { $after }
lists-kept = Kept in { $path }.
note-lists-refused = An updated list is damaged ({ $files }): the program's own counted.
