# The stick: where results are, and how to keep them.

# --- for the screen and the text output ---
stick-place = Results
stick-on-stick = on the stick, { $free } free
stick-on-stick-created = on the stick, in a partition made by this start ({ $free } free)
stick-on-stick-late = on the stick plugged in after the start, { $free } free
stick-in-memory = Results are in memory only: plug in a Regain stick, then F5, before you power off.
stick-in-memory-plain = Results are in memory only: they will be lost when this PC is powered off.
stick-away = The stick no longer answers: put it back, then F5. Until then what happens is in memory only.
stick-away-plain = The stick no longer answers: put it back. Until then what happens is in memory only.
stick-clock-floor = The clock of this PC was wrong (battery): it was set to the stick's date, which is not guaranteed.
do-keep = Keep
stick-ask-save = Plug in a Regain stick, then Enter. To go on without one, type WITHOUT: at power-off everything is lost.
stick-without-word = WITHOUT
result-number-memory = { $number }, kept IN MEMORY ONLY.
todo-save-results = BEFORE YOU POWER OFF: plug in a Regain stick, then F5 to copy the record to it.
power-memory = Power off this PC? Results are in memory only and will be LOST. To keep them: N, plug in a Regain stick, then F5.

# --- why, in one sentence ---
stick-why-ok = The stick { $model } keeps the results.
stick-why-created = The data partition of the stick { $model } has just been made.
stick-why-late = The stick { $model } was found, the results are on it.
stick-why-full = The stick { $model } is full ({ $free_mb } MB free). Nothing on it was erased.
stick-why-repaired = The stick { $model } had been pulled out too early: its data partition was repaired.
stick-why-none = No data partition.
stick-why-unknown = The stick was not prepared at start.
stick-why-no-medium = The boot medium is no longer plugged in, and no other Regain stick is.
stick-why-optical = This PC was started from a DVD, where nothing can be written.
stick-why-write-protected = The stick { $model } is write-protected.
stick-why-read-only = The data partition of the stick { $model } can only be read.
stick-why-not-removable = { $model } is not a removable stick: nothing is made on it.
stick-why-not-our-image = The stick { $model } holds something else than our image: nothing is made on it.
stick-why-no-room = The stick has too little room behind our image ({ $free_mb } MB).
stick-why-no-slot = The partition table of the stick has no free slot.
stick-why-no-marker = { $device } has our name but is not a partition of Regain: it is not used.
stick-why-several = Several Regain sticks are plugged in: leave only one.
stick-why-corrupt = The data partition { $device } is damaged and could not be repaired. Nothing on it was erased.
stick-why-not-mounted = The data partition { $device } could not be opened: { $detail }
stick-why-station = The station on the stick does not open (code { $code }): it is left as it is.
stick-why-failed = The stick could not be prepared. { $detail }
stick-why-not-written = The stick did not keep what was written to it.

stick-already = already done, results are in memory: F5 on the screen looks for a stick again
stick-not-live = this PC was not started from the Regain stick

# --- errors ---
err-stick-not-made = The data partition could not be made.
    .why = “{ $step }” failed: { $detail }
    .todo = The work goes on, results are in memory. Try another stick, then F5.
err-stick-missing = No stick to keep the results on.
    .why = { $reason ->
        [stick-why-several] Several Regain sticks are plugged in.
        [stick-why-read-only] The stick that is plugged in can only be read.
        [stick-why-write-protected] The stick that is plugged in is write-protected.
        [stick-why-full] The stick that is plugged in is full.
        [stick-why-corrupt] The data partition of the stick is damaged.
        [stick-why-no-room] The stick has too little free room.
        [stick-why-no-marker] The stick that is plugged in was not prepared by Regain.
        [stick-why-not-written] The stick did not keep what was written to it.
       *[stick-why-no-medium] No stick prepared by Regain is plugged in.
    }
    .todo = Plug in a stick that has already started a PC with Regain, wait five seconds, then F5. Nothing is lost while this PC stays on.
err-settings-bad = The settings on the stick have a mistake: { $file }.
    .why = { $problems }
    .todo = Correct that file on another PC. Here the work goes on without these settings.
