# What happened to an alert: word by word what `domain::timeline` says in English.
told-accepted = Event accepted from { $source }
told-opened = Alert { $n } opened, priority { $priority }
told-repeated = { $n } events so far, the newest from { $source }
told-raised = Priority raised to { $priority } by a later event
told-acknowledged-source = Acknowledged by the source, { $source }
told-resolved-source = Resolved by the source, { $source }
told-ran-out = Ended: its time ran out
told-would-run-out = The alert would end here if nobody had answered
told-high = HIGH
told-medium = MEDIUM
told-low = LOW
told-unknown = The event names recipients that do not exist: { $names }
told-shift = Routed to { $group } · shift { $shift } ({ $zone }) · { $n ->
    [one] 1 place
   *[other] { $n } places
}
told-broadcast = Routed to { $group } · broadcast to { $n ->
    [one] 1 member
   *[other] { $n } members
}
told-nobody-on-call = No shift of { $group } is in force: nobody is on call
told-group-again = { $group } was reached before: it is told once
told-too-deep = { $group } is nested too deep: it is not told
told-supervisor = Nobody of { $group } can be told, so its supervisor { $name } is
told-too-many = More recipients than one alert may tell: the rest is not told
told-nobody = Nobody could be told about this alert
told-not = Not told: { $why }
told-not-group = { $group } is inactive or removed
told-not-recipient = { $name } is inactive, away or removed
told-not-asked = { $name } asked not to be told about this alert
told-not-device = { $name } ({ $why }): { $devices }
told-no-device = no device
told-next-place = No answer yet: { $group } escalates to the next place
told-new-round = Nobody answered: the escalation of { $group } starts again
told-passed-vacant = Place { $n }: { $name } is away, and nobody stands in
told-passed-inactive = Place { $n }: { $name } is inactive or removed
told-passed-no-device = Place { $n }: { $name } is passed over: { $who } has no device that may be used now
told-passed-unusable = Place { $n }: { $name } may not be used now
told-passed-nobody = Place { $n }: { $name } has nobody who can be told now
told-walk-ended = The escalation of { $group } is at its end
told-walk-ended-notice = The escalation of { $group } is at its end; { $name } hears that nobody answered
told-walk-broken = The escalation ends here:
told-told = { $name } ({ $why }) is told on { $devices }
told-after = { $device } after { $wait }
told-not-on = not on { $devices }
told-before = { $name } ({ $why }) was told before
told-skip = { $device } ({ $why })
told-skip-inactive = inactive
told-skip-priority = only for priority { $priority } and above
told-skip-time = outside its time frames
told-skip-failsafe = failsafe, not needed
told-why-shift = on call for { $group } · shift { $shift }
told-why-place = on call for { $group } · shift { $shift }, place { $n }
told-why-group = of { $group }
told-why-named = named directly
told-why-peer = peer escalation
told-why-management = management escalation
told-why-stands-in = standing in for { $name }
told-why-round = round { $n }
told-delivered = { $name } · { $device }: delivered.
told-retrying = { $name } · { $device }: not delivered, again in { $wait }.
told-failed = { $name } · { $device }: could not be delivered.
told-detail-kept = No mail server is configured: the message was not sent and is kept visible in the outbox.
told-detail-instance = The instance was removed.
told-detail-recipient = Not sent: the person or the device was removed.
told-detail-inactive = Not sent: the device is inactive.
told-detail-no-channel = No channel for { $kind } is configured.
told-detail-channel = The channel failed unexpectedly.
told-template-subject = The form's subject template cannot be used:
told-template-body = The form's body template cannot be used:
told-template-webhook = The form's webhook template failed, the default was used:
told-answered = { $name } answered “{ $answer }” by { $via }
told-answered-comment = { $answered }: “{ $comment }”
told-via-link = a link
told-via-api = the API
told-via-page = a page
told-again = { $answered } (given before)
told-late = { $answered } (the alert was over)
told-acknowledged = Acknowledged by { $name }: nobody else is told
told-ended = Ended by { $name }
told-no-more = { $name } is not told again about this alert ({ $n } cancelled)
told-stopped = { $name } is told no more
told-escalated = Escalated to the next place at once
told-nobody-further = Nobody further to escalate to
told-suspended = Suspended by { $name }: nothing is sent until it is resumed
told-resumed = Resumed by { $name }
told-removed-person = (removed person)
told-removed-device = (removed device)
told-removed-group = (removed group)
told-removed-shift = (removed shift)
told-if-no-form = The integration has no form: the event would be refused
told-if-trigger = The event would trigger the open alert under its dedup key, if there is one; nobody is told
told-if-acknowledge = The event would acknowledge the open alert under its dedup key, if there is one; nobody is told
told-if-resolve = The event would resolve the open alert under its dedup key, if there is one; nobody is told
told-if-silence = A silence would hide the event: { $comment }
told-if-window = The maintenance window { $name } would hide the event
told-if-nobody = An alert would be opened, and nobody could be told
told-if-opened = An alert would be opened; { $n ->
    [one] 1 person
   *[other] { $n } people
} would be told if nobody answered
