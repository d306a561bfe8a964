# The words of these pages, in English. Keys begin with the area.

# What several pages say.
signals-name = Name
signals-name-fault = The name { $fault }.
signals-status = Status
signals-state = State
signals-active = Active
signals-inactive = Inactive
signals-any = Any
signals-search = Search by name
signals-filter = Filter
signals-show-all = Show all
signals-none-found = Nothing matches
signals-none-found-text = Change the filter, or show everything.
signals-back = Back
signals-save = Save
signals-saved = Saved.
signals-not-saved = Not saved
signals-no-revision = The form does not say which state it was filled in for, so nobody can tell what others changed meanwhile. Nothing was saved. Open it again and enter the change there.
signals-open-again = Open it again
signals-more = and { $n } more
signals-more-settings = More settings
signals-when = When
signals-who = Who
signals-why = Why
signals-device = Device
signals-by = By
signals-reason = Reason
signals-reason-hint = What is known, and who works on it. Everybody who finds a hidden event reads this.
signals-reason-needed = Say why: whoever finds a hidden event reads this.
signals-reason-long = The reason must be at most { $n } characters long.
signals-nobody = Nobody
signals-remove = Remove
signals-remove-type = To remove it, type its name: { $name }
signals-remove-name = Nothing was removed: the name typed is not { $name }.
signals-remove-not = Not removed
signals-removed = { $name } was removed.
signals-time-fault = Enter a day and a time, such as 2026-12-24T18:30.
signals-time-needed = Enter a day and a time.
signals-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}

# Integrations.
signals-integration = integration
signals-integrations = Integrations
signals-integrations-none = Nothing can send events yet.
signals-integrations-lead = { $n ->
    [one] 1 integration takes events.
   *[other] { $n } integrations take events.
}
signals-integrations-inactive = { $n ->
    [one] 1 of those shown is inactive.
   *[other] { $n } of those shown are inactive.
}
signals-empty = No integrations yet
signals-empty-text = Connect Prometheus in one minute: make an integration, and paste what it shows.
signals-empty-ask = A person with full access can make one.
signals-empty-act = Connect Prometheus
signals-last = Last event
signals-never = None yet
signals-hour = Last hour
signals-minute = Last minute
signals-format = Format
signals-format-question = What does the sender speak?
signals-format-generic = Anything that can post JSON
signals-format-alertmanager = Prometheus, Alertmanager, Grafana
signals-format-pagerduty = PagerDuty Events v2
signals-format-opsgenie = Opsgenie
signals-format-fault = Choose what the sender speaks.
signals-new = New integration
signals-new-lead = A door for one sender, with a key of its own.
signals-new-make = Make it and show its key
signals-form = Form
signals-form-question = Form: whom events tell, and what messages say
signals-form-hint = Choose one that is there, or name recipients below and get a form of its own.
signals-form-choose = None chosen
signals-form-gone = That form is gone; choose another one.
signals-form-needed = Choose a form, or name recipients.
signals-form-or-recipients = Choose a form or name recipients, not both.
signals-recipients-own = Or: recipients of a form of its own
signals-recipients-hint = Names of groups and people, one per line.
signals-recipients-many = Name at most { $n } recipients; make a group.
signals-recipient-unknown = There is no person, group or device called { $name }.
signals-rate = Events per minute
signals-rate-hint = More are told to slow down. Empty means the server's own limit.
signals-rate-fault = Enter a whole number from 1 to { $n }, or nothing.
signals-rate-now = at most { $n } before it is told to slow down
signals-edit = Edit { $name }
signals-edit-act = Edit
signals-edit-lead = Events that are on their way keep the form they came under.
signals-id = Id
signals-key = Key
signals-key-hidden = shown once, when it was made; nobody can see it again
signals-key-of = Key of
signals-key-title = Key of { $name }
signals-key-now = The key
signals-key-once = Copy it now: it is not shown again. Whoever has it can send events; a new one can be made at any time.
signals-key-made = The integration takes events from now on.
signals-key-renew = New key
signals-key-renewed = The old key has ended: paste the new one into the sender now.
signals-key-on = I have copied it
signals-copy = Copy
signals-copied = Copied
signals-deactivate = Deactivate
signals-activate = Activate
signals-deactivated = { $name } refuses events now.
signals-activated = { $name } takes events again.
signals-inactive-lead = It is inactive and refuses events.
signals-waiting = It waits for its first event.
signals-unreadable = You may not see events.
signals-integration-lead = Last event { $ago }. { $n ->
    [one] { $count } event in the last hour.
   *[other] { $count } events in the last hour.
}
signals-remove-text = Its key ends and its sender is refused. Alerts and events that came through it stay. This cannot be undone.

# Events.
signals-event = event
signals-event-title = Event
signals-events = Last events received
signals-events-shown = { $n ->
    [one] 1 event
   *[other] { $n } events
}
signals-no-events = No events yet
signals-no-events-text = Set the sender up with what is below, or send a test event.
signals-action = Asks to
signals-action-trigger = Trigger
signals-action-acknowledge = Acknowledge
signals-action-resolve = Resolve
signals-summary = Summary
signals-fate = What became of it
signals-fate-opened = Opened an alert
signals-fate-folded = Counted in
signals-fate-acknowledged = Acknowledged
signals-fate-closed = Resolved
signals-fate-suppressed = Hidden
signals-fate-unmatched = Nothing open
signals-fate-refused = Refused
signals-note-unmatched = No alert was open under its key.
signals-note-refused = Its integration was inactive or gone, or had no form, when it was processed.
signals-silence-by = by a silence
signals-silence-gone = by a silence that is gone
signals-window-gone = by a maintenance window that is gone
signals-alert-number = Alert { $number }
signals-dedup-key = Dedup key
signals-request = Request
signals-payload = Payload
signals-payload-note = Shown as text, whatever it is; characters that cannot be seen are spelled out.
signals-payload-none = The payload is not kept any more.
signals-bytes = { $n ->
    [one] 1 byte.
   *[other] { $n } bytes.
}

# A test event.
signals-test = Send a test event
signals-test-event = test event
signals-test-title = Test of { $name }
signals-test-to = Whom it tells
signals-test-me = Only me
signals-test-form = Whomever the form says
signals-test-real = It is a real event: it passes through the same door as the sender's, opens an alert, and reaches real devices.
signals-test-send = Send it now
signals-test-told = Who would be told, if nobody answered
signals-test-why-not = Everything that would be decided, and why
signals-test-body = What is sent
signals-test-summary = Test event from { $name }; nothing is wrong
signals-test-failed = Not sent
signals-test-way = The way of the test event
signals-way-waits = Accepted and on disk; it is being processed.
signals-way-accepted = Accepted, and on disk before it was answered
signals-way-lines = What was decided, and who was told
signals-way-again = Load again
signals-step-intake = intake
signals-step-correlate = correlate
signals-step-route = route
signals-step-escalate = escalate
signals-step-notify = notify
signals-step-deliver = deliver
signals-step-respond = respond
signals-state-open = Open
signals-state-acknowledged = Acknowledged
signals-state-suspended = Suspended
signals-state-closed = Closed

# Set-up.
signals-setup = Set the sender up
signals-setup-keyless = YOUR-KEY stands for the key, which was shown when it was made.
signals-setup-prometheus = Prometheus, without an Alertmanager
signals-setup-prometheus-hint = Into prometheus.yml; then reload Prometheus.
signals-setup-alertmanager = Alertmanager
signals-setup-alertmanager-hint = Into alertmanager.yml, and name the receiver in a route.
signals-setup-grafana = Grafana
signals-setup-grafana-hint = As a file below provisioning/alerting, or by hand: a contact point of type Webhook with this URL, the scheme Bearer and the key as credentials.
signals-setup-pagerduty-curl = Any sender of PagerDuty events
signals-setup-pagerduty-curl-hint = Wherever the sender asks for the Events API v2: this URL, and the key as integration key or routing key. Try it with curl:
signals-setup-pagerduty-alertmanager = Alertmanager's PagerDuty receiver
signals-setup-pagerduty-alertmanager-hint = Into alertmanager.yml, and name the receiver in a route.
signals-setup-opsgenie-curl = Any sender of Opsgenie alerts
signals-setup-opsgenie-curl-hint = Wherever the sender asks for the API's URL and key. Open an alert and close it with curl:
signals-setup-opsgenie-alertmanager = Alertmanager's Opsgenie receiver
signals-setup-opsgenie-alertmanager-hint = Into alertmanager.yml, and name the receiver in a route.
signals-setup-curl = Open an alert with curl
signals-setup-curl-hint = Any program that can post does. The same dedup key counts into the same alert.
signals-setup-curl-end = End it again
signals-setup-curl-end-hint = With the same dedup key.

# Forms.
signals-forms = Forms
signals-forms-lead = { $n ->
    [one] 1 form says whom events tell.
   *[other] { $n } forms say whom events tell.
}
signals-forms-none = No forms
signals-forms-none-text = A form says whom events tell, what messages say and what may be answered.
signals-form-new = New form
signals-form-new-lead = Whom events tell, what messages say, what may be answered.
signals-form-made = The form { $name } is there.
signals-form-title = Form { $name }
signals-used = { $n ->
    [0] No integration uses it.
    [one] 1 integration uses it.
   *[other] { $n } integrations use it.
}
signals-used-by = Used by
signals-form-recipients = Recipients
signals-form-priority = Priority, if the event has none
signals-form-minutes = Minutes after which an alert ends by itself
signals-form-devices = Ignore time frames and delays of devices
signals-form-shifts = Ignore delays of shifts: everybody at once
signals-form-subject = Subject of e-mails
signals-form-text = Text of e-mails
signals-form-json = JSON of webhooks
signals-messages = Messages
signals-messages-text = Empty means the built-in ones. Placeholders are written as in the documentation of notifications.
signals-answers = Answers
signals-answers-text = What people may answer, by telephone key. An answer without a label is left out.
signals-answer = Answer { $number }
signals-answer-text = Label
signals-answer-description = What it means
signals-answer-action = What it does
signals-answer-contribution = How it counts in reports
signals-answer-comments = A comment may come with it
signals-answer-fault = Choose what the answer does and how it counts.
signals-does-record = Nothing but being recorded
signals-does-stop-user = Stops telling this person
signals-does-stop-target = Stops telling the group or person through which they were reached
signals-does-escalate = Tells the next one now
signals-does-assign = Takes the alert: nobody else is told
signals-does-end = Ends the alert
signals-counts-none = Not at all
signals-counts-positive = Somebody helps
signals-counts-neutral = Neither
signals-counts-negative = Somebody cannot
signals-priority-high = High
signals-priority-medium = Medium
signals-priority-low = Low
signals-priority-fault = Choose a priority.
signals-minutes-fault = Enter a whole number of minutes from 1 to { $n }.

# Matchers.
signals-matchers = Matchers
signals-matchers-hint = An event is hidden if all of them hold. Fields are the event's properties and labels, and summary, priority, dedup_key; an expression has to fit the whole value. Rows left empty do not count.
signals-matchers-needed = Enter at least one matcher: a silence of everything would hide too much.
signals-matchers-many = Enter at most { $n } matchers.
signals-matcher-field = Field
signals-matcher-op = Operator
signals-matcher-value = Value
signals-matcher-more = Another matcher
signals-op-equal = is
signals-op-not = is not
signals-op-like = matches
signals-op-unlike = does not match

# What would be hidden.
signals-look = Show what it would hide
signals-days-label = Look back
signals-preview = What it would hide
signals-preview-not = Nothing to show
signals-preview-hidden = { $n ->
    [0] Of the { $seen } trigger events of the last { $days }, it is about none.
    [one] Of the { $seen } trigger events of the last { $days }, it would have hidden 1.
   *[other] Of the { $seen } trigger events of the last { $days }, it would have hidden { $n }.
}
signals-preview-open = { $n ->
    [0] It is about no open alert.
    [one] It is about 1 open alert.
   *[other] It is about { $n } open alerts.
}
signals-preview-things = { $n ->
    [one] They speak of 1 thing.
   *[other] They speak of { $n } different things.
}
signals-preview-since = There were too many to look at: only those since { $since } were.
signals-preview-unread = { $n ->
    [one] 1 request could not be looked at: it is too large, or its integration's format has changed.
   *[other] { $n } requests could not be looked at: they are too large, or their integration's format has changed.
}
signals-preview-more-open = Of the open alerts, the newest { $n } were looked at.
signals-preview-newest = The newest it would have hidden
signals-preview-open-title = Open alerts it is about
signals-preview-open-note = They go on; only further events for them are hidden.

# Silences.
signals-hiding = What hides events
signals-silence = silence
signals-silence-title = Silence
signals-silences = Silences
signals-silences-none = Nothing is silenced.
signals-silences-lead = { $n ->
    [0] Nothing is silenced now.
    [one] 1 silence hides events now.
   *[other] { $n } silences hide events now.
}
signals-silences-upcoming = { $n ->
    [one] 1 more is to come.
   *[other] { $n } more are to come.
}
signals-silences-empty = Nothing is silenced
signals-silences-empty-upcoming = No silence is to come
signals-silences-empty-ended = No silence has ended yet
signals-silences-empty-text = A silence hides events of something that is known and being worked on. They stay listed with the silence that hid them.
signals-silence-new = New silence
signals-silence-new-lead = Hides events of something that is known. Nothing is hidden before it is saved.
signals-silence-lead = Made by { $by }
signals-silence-make = Silence
signals-silence-made = The silence hides events.
signals-silence-ended = The silence has ended.
signals-silence-over = The silence had ended already.
signals-silence-restored = The silence hides events again.
signals-not-restored = Not restored
signals-restore-late = It would have ended by now.
signals-tab-all = All ({ $n })
signals-tab-active = Active ({ $n })
signals-tab-upcoming = Upcoming ({ $n })
signals-tab-ended = Ended ({ $n })
signals-hides = Hides events
signals-upcoming = Upcoming
signals-ended = Ended
signals-until = ends
signals-from = starts
signals-began = began
signals-end = End now
signals-cancel = Cancel
signals-end-label = End now: { $what }
signals-starts = Starts
signals-starts-hint = Empty means now.
signals-ends = Ends
signals-ends-hint = Or choose how long it lasts.
signals-end-needed = Enter when it ends.
signals-end-past = The end must be in the future.
signals-end-before = The end must be after the start.
signals-zone = Time zone
signals-lasts-label = Lasts
signals-lasts-none = Until the end entered below
signals-lasts-half = 30 minutes
signals-lasts = { $n ->
    [one] 1 hour
   *[other] { $n } hours
}

# Maintenance windows.
signals-window = maintenance window
signals-windows = Maintenance windows
signals-window-named = Maintenance window { $name }
signals-windows-lead = { $n ->
    [0] No window hides events now; { $upcoming } to come.
    [one] 1 window hides events now; { $upcoming } to come.
   *[other] { $n } windows hide events now; { $upcoming } to come.
}
signals-windows-empty = No maintenance windows
signals-windows-empty-text = A window hides events during planned work, once or every week.
signals-window-new = New maintenance window
signals-window-new-lead = Hides events during planned work, once or recurring. Nothing is hidden before it is saved.
signals-window-example = Patching on Sundays
signals-window-make = Make it
signals-window-made = The maintenance window { $name } is there.
signals-window-active = { $recurs }. It hides events now, until { $when }.
signals-window-upcoming = { $recurs }. Next from { $when }.
signals-window-over = It is over and hides nothing any more.
signals-window-ended = { $name } hides nothing any more this time.
signals-window-not-now = It hides nothing now.
signals-window-restored = The maintenance window hides events as before.
signals-window-remove-text = It hides nothing any more. This cannot be undone.
signals-window-of = Integrations
signals-window-of-hint = None chosen means all.
signals-window-of-names = Names, one per line; none means all.
signals-integration-unknown = There is no integration called { $name }.
signals-all-integrations = All
signals-all-events = every event
signals-recurs = Recurs
signals-recurs-once = Once
signals-recurs-daily = Every day, or every few days
signals-recurs-weekly = On days of the week
signals-recurs-weekdays = Monday to Friday
signals-recurs-weekends = Saturday and Sunday
signals-recurs-monthly-date = On a date of the month
signals-recurs-monthly-day = On a weekday of the month
signals-recurs-yearly = Every year
signals-recurs-fault = Choose how it recurs.
signals-every = Every how many days or weeks
signals-every-hint = Counted from the start.
signals-every-fault = Enter a whole number from 1 to { $n }.
signals-on-days = On
signals-days-needed = Choose at least one day.
signals-date = Date
signals-date-last = the last day
signals-date-fault = Choose a date.
signals-place = Which
signals-weekday = Weekday
signals-weekday-fault = Choose which weekday of the month.
signals-months = In
signals-months-hint = None chosen means every month.
signals-until-label = Until
signals-until-never = For good
signals-until-date = A date
signals-until-times = So many times
signals-until-date-label = Last start
signals-until-times-label = How many times
signals-until-needed = Enter the last start.
signals-times-needed = Enter how many times, at least 1.
signals-place-1 = first
signals-place-2 = second
signals-place-3 = third
signals-place-4 = fourth
signals-place-last = last
signals-day-mo = Monday
signals-day-tu = Tuesday
signals-day-we = Wednesday
signals-day-th = Thursday
signals-day-fr = Friday
signals-day-sa = Saturday
signals-day-su = Sunday
signals-month-1 = January
signals-month-2 = February
signals-month-3 = March
signals-month-4 = April
signals-month-5 = May
signals-month-6 = June
signals-month-7 = July
signals-month-8 = August
signals-month-9 = September
signals-month-10 = October
signals-month-11 = November
signals-month-12 = December
signals-says-daily = { $n ->
    [one] Every day
   *[other] Every { $n } days
}
signals-says-weekly = { $n ->
    [one] Every week on { $days }
   *[other] Every { $n } weeks on { $days }
}
signals-says-monthly = On the { $day }. of the month
signals-says-monthly-last = On the last day of the month
signals-says-monthly-day = On the { $place } { $day } of the month
signals-says-holiday = On holidays, of which windows know none
signals-says-until = until { $when }
signals-says-times = { $n ->
    [one] once
   *[other] { $n } times
}
