# Installation: profiles, images, steps. One idea a sentence.

## Steps
step-gate = Checking the disk and the image
step-partition = Partitions
step-format = File systems
step-unpack = Copying the system
step-media = Copying Microsoft's Setup
step-identity = Settings of this PC
step-menu = Boot menu
step-bios = BIOS boot
step-uefi = UEFI boot
step-bootfiles = Boot files of Windows
step-answers = Settings of the first start
step-boot-volume = Boot partition
step-initramfs = Encrypted start
step-check = Checking the installed disk
step-nvram = Entry in the UEFI
install-rehearsed-step = EXERCISE: step rehearsed, nothing was written.
install-verified-none = not checked
install-verified-checked = checked on the disk
install-verified-rehearsed = started in a virtual machine
install-verified-started = started on the PC
install-next-questions = Next: take the stick out and hand the PC over. At its first start it asks the person its questions.
install-next-start = Next: take the stick out and start the PC once. Nobody can log in: this system is for tests.
install-next-windows = Next: start the PC from its disk, then attest that start with --confirm-boot.
install-warning-locale = The language of the profile is missing from the image: the system speaks English.
install-warning-nvram = The UEFI did not keep the entry. The PC starts by the fallback path.
install-warning-no-aes = This processor encrypts slowly: the encrypted disk will be slow.
install-warning-mounted = A folder of the disk stayed open. Restart before you take the disk out.

## Profiles
profile-file-good = { $file }: valid profile.
profile-file-bad = { $file }: { $count ->
    [one] one mistake.
   *[other] { $count } mistakes.
 }
profile-problem-line = { $path } (line { $line }): { $message }
profile-whole-file = whole file
profile-suggestion = Did you mean "{ $word }"?
profile-hidden = (tests, never offered)
profile-problem-unknown-key = the key "{ $detail }" does not exist.
profile-problem-missing = the key "{ $detail }" is missing.
profile-problem-duplicate-key = the key "{ $detail }" stands twice.
profile-problem-alias = a value points at another one (YAML anchor). Write it out.
profile-problem-bad-value = value refused. Possible values: { $detail }.
profile-problem-bad-form = form refused. Expected form: { $detail }
profile-problem-wrong-type = type refused. Expected type: { $detail }.
profile-problem-out-of-range = value out of range ({ $detail }).
profile-problem-range-order = the minimum is above the maximum ({ $detail }).
profile-problem-swap-needs = the key "{ $detail }" is missing for this kind of swap.
profile-problem-swap-no-use = the key "{ $detail }" is of no use to this kind of swap.
profile-problem-kiosk-needs = a kiosk needs the key "{ $detail }".
profile-problem-kiosk-no-use = this key is for a kiosk only; this profile is for "{ $detail }".
profile-problem-kiosk-ask = this question ("{ $detail }") makes no sense for this profile.
profile-problem-kiosk-autologin = a kiosk opens by itself, and no other PC does; this profile is for "{ $detail }".
profile-problem-kiosk-encryption = a kiosk starts by itself: nobody types the phrase of an encrypted disk.
profile-problem-empty = empty value.
profile-problem-not-yaml = the file is not readable YAML: { $detail }
profile-problem-not-text = the file is not UTF-8 text (byte { $detail }).
profile-problem-not-a-profile = the file holds no profile.
profile-problem-too-long = the file is longer than { $detail } bytes.
profile-problem-not-file-name = the id and the name of the file differ (file: { $detail }).
profile-problem-no-overlay = the folder "overlays/{ $detail }" does not exist.
profile-problem-no-hook = the file "hooks/{ $detail }" does not exist.
profile-problem-other = value refused: { $detail }

## Images
build-packages = Packages
build-overlays = Added files
build-hooks = Settings
build-clean = Cleaning
build-squash = Compression
build-check = Check
image-build-phase = { $phase }
image-build-goes-on = { $phase }: { $seconds } s
image-built = Image ready: { $path } ({ $mib } MiB, { $seconds } s). Not confirmed by a workshop.
image-added = { $file }: added for the profile { $profile }. Not confirmed by a workshop.
image-add-inside = the image must lie in { $folder }
image-list-none = No image in { $folder }.
image-list-missing = (file missing)
image-list-no-profile = Nobody can choose this image: { $why }
image-status-proven = confirmed by a workshop
image-status-rehearsed = started in a virtual machine
image-status-unproven = not confirmed by a workshop
image-check-good = { $file }: good image.
image-check-bad = { $file }: image REFUSED.
image-check-unlisted = This image is in no manifest: its hash is compared with nothing.
image-check-not-started = Starting it is not tried here.
image-refusal = REFUSED:
image-warning = WARNING:
image-finding-unreadable = the file is unreadable or cut short ({ $detail }).
image-finding-hash = the hash differs from the manifest ({ $detail }).
image-finding-count = the number of files differs from the manifest ({ $detail }).
image-finding-no-kernel = no kernel ({ $detail }).
image-finding-no-initrd = the initrd of the kernel is missing ({ $detail }).
image-finding-no-bios-grub = GRUB for BIOS is missing ({ $detail }). Add grub-pc-bin.
image-finding-no-grub-tools = the tools of GRUB are missing ({ $detail }). Add grub2-common.
image-finding-no-signed-grub = the signed GRUB is missing ({ $detail }). Add grub-efi-amd64-signed.
image-finding-no-shim = the signed shim is missing ({ $detail }). Add shim-signed.
image-finding-shim-signers = the shim lacks a signature of Microsoft ({ $detail }).
image-finding-machine-id = /etc/machine-id must exist and be empty ({ $detail }).
image-finding-ssh-host-keys = SSH keys are in the image ({ $detail }).
image-finding-wifi-secret = a Wi-Fi network is stored ({ $detail }).
image-finding-profile-left = personal data is left ({ $detail }).
image-finding-home-not-empty = /home is not empty ({ $detail }).
image-finding-user-left = an account exists already ({ $detail }).
image-finding-password-left = a password works ({ $detail }).
image-finding-dpkg-audit = packages are half installed ({ $detail }).
image-finding-private-source = a package source is private ({ $detail }).
image-finding-initrd-modules = the initrd is made for one model of PC only (MODULES={ $detail }).
image-finding-sshd = an SSH server is in the image ({ $detail }).
image-finding-no-updates = the profile promises security updates, and they are missing ({ $detail }).
image-finding-no-kiosk = the image lacks what makes a kiosk: { $detail }
image-finding-no-first-boot = the profile promises questions at the first start, and the program is missing ({ $detail }).

## Sheet of the encrypted disk
phrase-sheet-title = Phrase of the encrypted disk
phrase-sheet-pc = PC: { $tag }
phrase-sheet-disk = Disk: …{ $disk }
phrase-sheet-how = The computer asks for this phrase at every start. The spaces count.
phrase-sheet-change = At the first start it makes you choose your own. This one then opens nothing any more.
phrase-sheet-lost = Keep yours on paper. Without it your documents are lost, and nobody can give them back.
phrase-sheet-kept = Phrase of the disk: it is in { $path }, and nowhere else. Print this file, hand it over with the PC, then delete it.
phrase-sheet-none = The image asks no questions at the first start: this phrase stays the only one.

## Windows
windows-not-proven = Starting Windows is not verified by Regain.
windows-basis-oem-msdm = Licence: the key of this PC (compare the edition with the label)
windows-basis-retail-owned = Licence: owned by the workshop or the person
windows-basis-mar-citizenship = Licence: registered refurbisher, for associations
windows-basis-mar-commercial = Licence: registered refurbisher, for sale
windows-added = { $file }: { $name }, { $language }, added. Starting Windows is not verified by Regain.
windows-setup-added = Microsoft's Setup kept with the image: { $files } files. Never tried by Regain.
windows-setup-listed = with Microsoft's Setup: { $status }
windows-setup-iso = --setup wants the ISO of Windows, or the folder that has its content
windows-setup-note = Microsoft's Setup will be on the disk, not Windows. Its start is not verified by Regain.
windows-setup-note-proven = Microsoft's Setup will be on the disk, not Windows.
windows-why-apply = Image copied from here: Windows sees this disk without a vendor's driver.
windows-why-apply-unseen = Image copied from here: Regain could not read whether this disk wants a vendor's driver.
windows-why-setup-driver = Why: the disk is behind Intel VMD or RST, an image copied from here would not see it.
windows-why-setup-boot = Why: this PC refuses the boot file of an image copied from here.
windows-why-setup-asked = Why: asked for (--setup). The image could have been copied from here as well.
windows-setup-next =
    Windows is not installed yet. Microsoft's Setup is ready on the disk: it will run at the first start. Nobody has seen it start.
    1. Switch the PC off. Pull out the stick and every other USB disk.
    2. Plug in the power, switch it on: Setup starts by itself. It may ask for a product key (answer "I don't have a product key") and show the licence terms.
    3. Wait for the first question of Windows (country), then switch off: the rest is for the person who gets the PC.
    4. If Setup begins again, choose "Windows Boot Manager" in the boot menu of the PC.
    5. You saw Windows start? Start from the stick and attest it with --confirm-boot.
windows-copied = Image file copied out of the ISO: { $file }
windows-confirmed = { $id }, { $path ->
    [setup] installed by Microsoft's Setup
   *[apply] image copied from here
 }: seen starting on { $maker } { $model }. Models seen: { $models } of { $want }. Makers seen: { $makers } of { $wantmakers }.
windows-index-line = { $index }: { $name } ({ $edition }, { $language }, { $build })
windows-index-asked = Say which image of this file (--index):
windows-other-record = this record is not one of a Windows install
windows-other-image = this record tells of another image
windows-licence-asked = --licence (oem-msdm, retail-owned, mar-citizenship, mar-commercial)
windows-reason-bios = This PC started in BIOS mode: Windows 11 starts in UEFI only.
windows-reason-no-secure-boot = This PC has no Secure Boot.
windows-reason-not-eligible = This PC is not eligible for Windows 11.
windows-reason-undetermined = The Windows 11 verdict of this PC is undetermined.
windows-reason-eligible-after-firmware-change = A firmware setting must be changed first.
windows-reason-eligible-after-upgrade = A part must be added first.
windows-reason-no-basis = No licence is told for this PC.
windows-reason-basis-not-allowed = The sidecar of the image does not allow this licence.
windows-reason-no-oem-key = This PC has no Windows key in its firmware (MSDM table).
windows-reason-edition-not-told = The edition of the key cannot be read here: read it on the label of the PC.
windows-reason-keys-unreadable = The Secure Boot keys cannot be read.
windows-reason-keys-lacking = The Secure Boot keys know no Windows.
windows-reason-boot-revoked = This PC refuses the boot file of this image (certificate of 2011 revoked).
windows-reason-boot-unknown = This PC does not know the certificate of the boot file of this image.
windows-reason-architecture = The image is not made for x86-64.
windows-reason-language = The image is not in French, and nobody confirmed that.
windows-reason-vendor-storage = The disk is behind Intel VMD or RST: an image copied from here would not see it. Microsoft's Setup is with the image: take it (--setup), or set the firmware to AHCI.
windows-reason-vendor-storage-no-setup = Disk behind Intel VMD or RST. Microsoft's Setup is missing: add the ISO (regain image add --setup), or set the firmware to AHCI.
windows-reason-vendor-storage-setup-driver = Disk behind Intel VMD or RST. Microsoft's Setup is there, the driver of this model is not (drivers folder): add it, or set AHCI.
windows-reason-vendor-storage-setup-disks = Disk behind Intel VMD or RST. Microsoft's Setup is there, but so are several disks: unplug the others, or set AHCI.
windows-reason-vendor-storage-setup-disks-unseen = Disk behind Intel VMD or RST, others may be hidden: Microsoft's Setup might take the wrong one. Set the firmware to AHCI.
windows-reason-vendor-storage-setup-boot = Disk behind Intel VMD or RST. This PC refuses the boot file of the Microsoft Setup here: take a newer ISO, or set AHCI.
windows-reason-no-setup = The image has not Microsoft's Setup with it (regain image add --setup).
windows-reason-setup-disks = This PC has several disks: Microsoft's Setup might take the wrong one. Unplug the others.
windows-reason-setup-disks-unseen = Other disks may be hidden in this PC: Microsoft's Setup might take the wrong one. Set the firmware to AHCI.
windows-reason-setup-driver = The disk is behind Intel VMD or RST, and its driver is not in the drivers folder of the image.

## Errors
err-install-locked = The install stays locked for the disk …{ $disk }.
    .why = No signed record proves the erasure of this disk (record given: { $record }).
    .todo = Erase the disk first, then give its record with --erasure-record. Otherwise write a reason with --unproven.
err-install-bad-ranges = The install stays locked for disk …{ $disk }.
    .why = Its erasure record names sectors that can no longer be written or read.
    .todo = Replace this disk. Otherwise write a reason with --unproven: it is printed.
err-install-step-failed = The install failed at the step "{ $step ->
    [step-gate] Checking the disk and the image
    [step-partition] Partitions
    [step-format] File systems
    [step-unpack] Copying the system
    [step-media] Copying Microsoft's Setup
    [step-identity] Settings of this PC
    [step-menu] Boot menu
    [step-bios] BIOS boot
    [step-uefi] UEFI boot
    [step-bootfiles] Boot files of Windows
    [step-answers] Settings of the first start
    [step-boot-volume] Boot partition
    [step-initramfs] Encrypted start
    [step-check] Checking the installed disk
    [step-nvram] Entry in the UEFI
   *[other] { $step }
 }".
    .why = What is read back from the disk is not what was planned: { $observed }
    .todo = Do not release this PC. Start the install again. If it fails again, change the disk.
err-profile-bad = The profile { $file } has mistakes ({ $count }).
    .why = First mistake: { $path }. { $detail }
    .todo = Run "regain profile check" on this file, then mend each line it names.
err-profile-unknown = The profile "{ $profile }" does not exist.
    .why = Known profiles: { $known }.
    .todo = Take a name of this list (regain profile list).
err-profile-taken = The name "{ $profile }" is already that of a profile of Regain.
    .why = Your profile says something else than the one of Regain. Two systems cannot have the same name.
    .todo = Change "id" in your profile, for instance by adding the name of your association.
err-image-damaged = The stick is damaged: the image { $file } is no longer good.
    .why = Reading the image back says: { $why }
    .todo = Copy the image again, or take another stick.
err-image-missing = No image for the profile { $profile }.
    .why = The file is not on this stick, or it is not in the manifest.
    .todo = Build the image with "regain image build", or copy it to the stick.
err-image-build-failed = Building the image failed (phase { $phase }).
    .why = { $why }
    .todo = Mend the cause, then run the same command again: it goes on where it can.
err-disk-too-small = The disk is too small for this system.
    .why = The disk has { $have } bytes, the system asks for { $need }.
    .todo = Choose a smaller profile or a larger disk.
err-image-unfit = The image { $file } does not fit: nothing is installed.
    .why = A PC installed with it does not start, or keeps traces. Missing or left: { $missing }
    .todo = Run "regain image check" on this file, then make the image again.
err-image-unconfirmed = The image { $image } stays "not confirmed by a workshop".
    .why = It takes signed reports "started on the PC" of { $models } models and { $makers } makers. Reports received: { $have }.
    .todo = This version does not read those reports yet. Keep the signed reports of every PC that started.
err-image-unlisted = The image { $file } is in no manifest.
    .why = Without a hash written beforehand, nothing tells whether the file is whole.
    .todo = Add it first with "regain image add".
err-encryption-refused = The disk is not encrypted: nothing is installed.
    .why = The profile { $profile } does not encrypt, or no phrase was drawn.
    .todo = Choose a profile with “encryption: ask”, or install without --encrypt.
err-phrase-no-stick = This disk cannot be encrypted now.
    .why = Results are in memory only: the sheet with the phrase would be lost, and the disk with it.
    .todo = Plug in the stick and keep the results (F5), or choose without encryption.
err-phrase-not-kept = The phrase of the encrypted disk could not be written: nothing is installed.
    .why = { $path }: { $why }.
    .todo = Make room on the stick or plug it in again, then start the install again.
err-build-impossible = The image of the profile { $profile } cannot be built.
    .why = { $missing } is missing: nobody could log in.
    .todo = Add “first-boot” to the line “overlay” of the profile.
err-windows-refused = Windows is not installed on this PC.
    .why = { $reason ->
        [bios] { windows-reason-bios }
        [no-secure-boot] { windows-reason-no-secure-boot }
        [not-eligible] { windows-reason-not-eligible }
        [undetermined] { windows-reason-undetermined }
        [eligible-after-firmware-change] { windows-reason-eligible-after-firmware-change }
        [eligible-after-upgrade] { windows-reason-eligible-after-upgrade }
        [no-basis] { windows-reason-no-basis }
        [basis-not-allowed] { windows-reason-basis-not-allowed }
        [no-oem-key] { windows-reason-no-oem-key }
        [edition-not-told] { windows-reason-edition-not-told }
        [keys-unreadable] { windows-reason-keys-unreadable }
        [keys-lacking] { windows-reason-keys-lacking }
        [boot-revoked] { windows-reason-boot-revoked }
        [boot-unknown] { windows-reason-boot-unknown }
        [architecture] { windows-reason-architecture }
        [language] { windows-reason-language }
        [vendor-storage] { windows-reason-vendor-storage }
        [vendor-storage-no-setup] { windows-reason-vendor-storage-no-setup }
        [vendor-storage-setup-driver] { windows-reason-vendor-storage-setup-driver }
        [vendor-storage-setup-disks] { windows-reason-vendor-storage-setup-disks }
        [vendor-storage-setup-disks-unseen] { windows-reason-vendor-storage-setup-disks-unseen }
        [vendor-storage-setup-boot] { windows-reason-vendor-storage-setup-boot }
        [no-setup] { windows-reason-no-setup }
        [setup-disks] { windows-reason-setup-disks }
        [setup-disks-unseen] { windows-reason-setup-disks-unseen }
        [setup-driver] { windows-reason-setup-driver }
       *[other] { $reason }
     }
    .todo = Mend what is said, or choose Linux. Boot keys: put the factory ones back in the firmware, then look again.
err-windows-edition = Windows is not installed: the edition is not the one of the licence.
    .why = Licence of this PC: { $declared }. Edition of the image: { $image }.
    .todo = Take the image of the edition that the label of the PC names.
err-wim-no-index = The file { $file } has no image number { $index }.
    .why = Images of this file: { $have }.
    .todo = Give one of these numbers with --index.
err-wim-parts = The parts of the image { $file } do not belong together.
    .why = Parts found: { $have }. Parts expected: { $want }.
    .todo = Copy all parts (.swm) of the same split, then try again.
err-media-unfit = The content of this ISO does not suit Microsoft's Setup.
    .why = The cause: { $why }.
    .todo = Take Microsoft's ISO as it is, with nothing added. An ".esd" image above 4 GiB cannot be split: take an ISO with install.wim.
err-install-disk-full = The disk …{ $disk } is full: Windows is not installed.
    .why = The image does not fit in its partition.
    .todo = Do not release this PC. Take a larger disk, or choose Linux.
err-sidecar-bad = The sidecar { $file } has a mistake.
    .why = Place: { $path }. { $detail }
    .todo = Make it again with "regain image add": everything in it is read in the files.
err-boot-not-seen = The first start of Windows is not confirmed.
    .why = { $why }
    .todo = Start the PC from its disk up to the first question of Windows, switch it off, then run this command again.
