# The words of the pages of alerts.
alerts-title = Alerts
alerts-alert = alert
alerts-number = Alert { $n }
alerts-need-you = { $n ->
    [0] Nothing needs you
    [one] 1 needs you
   *[other] { $n } need you
}
alerts-need-you-many = More than { $n } need you
alerts-open = { $n } open
alerts-open-many = more than { $n } open
alerts-resolved = { $n } resolved today
alerts-resolved-many = more than { $n } resolved today
alerts-send = Send message
alerts-connect = Connect a sender
alerts-all = Show all alerts
alerts-views = Views
alerts-tab-all = Not resolved
alerts-tab-needs = Need me
alerts-tab-told = I was told
alerts-tab-closed = Resolved
alerts-filters = Filters
alerts-search = Search
alerts-search-hint = Title or key
alerts-status = Status
alerts-status-current = Not resolved
alerts-status-open = Open
alerts-status-acknowledged = Acknowledged
alerts-status-suspended = Suspended
alerts-status-closed = Resolved
alerts-status-all = Any status
alerts-priority-any = Any priority
alerts-priority-high = High
alerts-priority-medium = Medium
alerts-priority-low = Low
alerts-age = Opened
alerts-age-any = Any time
alerts-age-1h = Last hour
alerts-age-24h = Last 24 hours
alerts-age-7d = Last 7 days
alerts-age-30d = Last 30 days
alerts-group-any = Any group
alerts-group-name = Name of a group
alerts-apply = Apply
alerts-save-view = Saved views
alerts-view = saved view
alerts-view-name = Name
alerts-view-keep = Save these filters
alerts-view-rename = Rename
alerts-view-delete = Delete
alerts-view-delete-one = Delete the saved view { $name }
alerts-view-kept = The view was saved.
alerts-view-renamed = The view was renamed.
alerts-view-deleted = The view { $name } was deleted.
alerts-view-bad-name = Not saved: give a name of 1 to { $n } visible characters.
alerts-view-no-filter = Not saved: choose filters first. Without any, the list is always one click away.
alerts-view-too-many = Not saved: you have { $n } views already. Delete one first.
alerts-view-taken = Not saved: another of your views has this name.
alerts-head-priority = Priority
alerts-head-alert = Alert
alerts-head-group = Group
alerts-head-state = State
alerts-head-opened = Opened
alerts-pick = Select alert { $n }
alerts-times = { $n ->
    [one] 1 event
   *[other] { $n } events
}
alerts-more = +{ $n }
alerts-escalates = escalates
alerts-escalates-then = Escalates
alerts-state-open = Open
alerts-state-acknowledged = Acknowledged
alerts-state-suspended = Suspended
alerts-state-closed = Resolved
alerts-who-told = { $names } told
alerts-who-failed = nobody could be reached
alerts-who-soon = being sent
alerts-who-nobody = nobody is told
alerts-who-source = by the source
alerts-who-suspended = nothing is sent
alerts-who-expired = its time ran out
alerts-removed-person = (removed person)
alerts-removed-device = (removed device)
alerts-bulk = With the selected alerts:
alerts-acknowledge = Acknowledge
alerts-resolve = Resolve
alerts-bulk-none = Nothing was selected, so nothing was done.
alerts-bulk-what = Nothing was done: choose Acknowledge or Resolve.
alerts-bulk-too-many = Nothing was done: select at most { $n } alerts.
alerts-bulk-acknowledged = { $n ->
    [one] 1 alert acknowledged.
   *[other] { $n } alerts acknowledged.
}
alerts-bulk-resolved = { $n ->
    [one] 1 alert resolved.
   *[other] { $n } alerts resolved.
}
alerts-bulk-before = { $n ->
    [one] 1 was so already.
   *[other] { $n } were so already.
}
alerts-bulk-late = { $n ->
    [one] 1 was over already.
   *[other] { $n } were over already.
}
alerts-bulk-gone = { $n ->
    [one] 1 does not exist any more.
   *[other] { $n } do not exist any more.
}
alerts-new = { $n ->
    [one] 1 new alert
   *[other] { $n } new alerts
}
alerts-much = Much has changed: show
alerts-range = { $from }–{ $to } of { $total }
alerts-total-many = more than { $n }
alerts-total-so-far = { $n } so far
alerts-window-older = Looked through the newest { $n } alerts of this view.
alerts-window-newer = Looked through { $n } alerts of this view.
alerts-window-go = Look further
alerts-none = All quiet
alerts-none-text = No alert is open. This page shows new ones by itself.
alerts-none-such = No such alerts
alerts-none-such-text = No alert matches these filters. This page shows new ones that do by itself.
alerts-opened = opened
alerts-closed = resolved
alerts-now-nobody = Nobody is told about this alert.
alerts-now-sending = Nobody has been reached yet.
alerts-now-told = { $names } told, no answer yet.
alerts-now-told-more = { $names } and { $n } more told, no answer yet.
alerts-now-mine = You have it; nobody else is told.
alerts-now-taken = { $name } has it; nobody else is told.
alerts-now-taken-source = Acknowledged by the source; nobody else is told.
alerts-now-suspended = Suspended: nothing is sent until it is resumed.
alerts-now-closed = Resolved.
alerts-now-closed-by = Resolved by { $name } after { $span }.
alerts-now-closed-source = Resolved by the source after { $span }.
alerts-now-expired = Ended by itself after { $span }: nobody resolved it in time.
alerts-do-acknowledge = Acknowledge
alerts-do-take = Take over
alerts-do-resolve = Resolve
alerts-do-escalate = Escalate now
alerts-do-suspend = Suspend
alerts-do-resume = Resume
alerts-do-comment = Only comment
alerts-comment = Comment (goes with the button you press)
alerts-only-reading = You can read this alert
alerts-facts = Facts
alerts-fact-group = Group
alerts-fact-source = Source
alerts-fact-form = Form
alerts-fact-count = Stands for
alerts-fact-key = Dedup key
alerts-fact-expires = Ends by itself
alerts-properties = { $n ->
    [one] 1 property
   *[other] { $n } properties
}
alerts-told = Who was told
alerts-told-nobody = Nobody so far.
alerts-not-told = Not told
alerts-sent-later = waits
alerts-sent-now = being sent
alerts-sent-again = tried again
alerts-sent-delivered = delivered
alerts-sent-failed = not delivered
alerts-sent-cancelled = not needed
alerts-sent-answered = answered
alerts-next = If nobody answers
alerts-next-more = … and so on until it ends.
alerts-next-none = Nobody else is told. The alert ends by itself { $when }.
alerts-next-taken = Nothing more is sent: somebody has it.
alerts-next-suspended = Nothing is sent until the alert is resumed.
alerts-next-closed = Nothing: it is over.
alerts-hidden = Repetitions are hidden
alerts-hidden-silence = The silence “{ $name }” hides further events like this one until { $until }. This alert itself is not hidden.
alerts-hidden-window = The maintenance window { $name } hides further events like this one just now. This alert itself is not hidden.
alerts-hidden-show = Show
alerts-said = Answers
alerts-said-again = given before
alerts-said-late = the alert was over
alerts-timeline = What happened
alerts-timeline-all = Show what happened before
alerts-act-what = Nothing was done: press one of the buttons.
alerts-act-no-comment = Nothing was done: write a comment first.
alerts-act-not-done = Nothing was done
alerts-act-too-long = The comment is longer than { $n } characters. Go back and shorten it.
alerts-act-no-option = This alert has no such answer any more: its form was changed. Load the alert again.
alerts-act-closed = The alert is over, and nothing opens it again.
alerts-act-same = It was so already; your answer was noted.
alerts-act-late = The alert was over already; your answer was noted.
alerts-act-noted = Your comment was added.
alerts-act-acknowledged = Acknowledged: { $name } has it, nobody else is told.
alerts-act-resolved = Resolved.
alerts-act-escalated = Escalated: the next place is told now.
alerts-act-stopped = You are told no more about this alert.
alerts-act-suspended = Suspended: nothing is sent until it is resumed.
alerts-act-resumed = Resumed.
alerts-send-lead = It opens an alert, and rings whoever you choose the way alerts do: on their devices, with escalation.
alerts-send-summary = Title
alerts-send-text = Message
alerts-send-find = Find people and groups
alerts-send-search = Search
alerts-send-to = To
alerts-send-to-hint = What is ticked is told.
alerts-send-group = group
alerts-send-nobody-yet = Nobody is chosen yet.
alerts-send-none-found = Nobody is called so.
alerts-send-form-recipients = Or tell the recipients of the form, if nobody is ticked
alerts-send-priority-form = As the form says
alerts-send-door-hint = Its answers, templates and life time apply.
alerts-send-properties = Properties
alerts-send-properties-hint = One per line: name=value
alerts-send-now = Send
alerts-send-sent = Sent. This is the alert.
alerts-send-accepted = Accepted. It opened no alert of its own yet: it may have been hidden by a silence.
alerts-send-not = Not sent
alerts-send-too-many = This form's integration sends more than it may in a minute. Your entries are kept; try again in a minute.
alerts-send-unavailable = The message could not be stored just now. Your entries are kept; try again in a moment.
alerts-send-no-doors = No form yet
alerts-send-no-doors-text = A message goes out with a form: what can be answered, how long it lives. Forms belong to integrations, and there is none.
alerts-send-no-summary = Give a title: what is wrong, or what is wanted.
alerts-send-long-summary = The title may have at most { $n } characters.
alerts-send-invisible = The title contains characters nobody can see. Type it again instead of pasting it.
alerts-send-no-door = Choose a form.
alerts-send-bad-priority = Choose High, Medium, Low, or what the form says.
alerts-send-no-recipients = Choose somebody: search, and tick people or groups.
alerts-send-many-recipients = Choose at most { $n } recipients; put them into a group.
alerts-send-lost-recipient = Somebody you chose does not exist any more. Check the list and send again.
alerts-send-long-properties = Properties may have at most { $n } characters together.
alerts-send-many-properties = At most { $n } properties.
alerts-send-bad-property = Line { $n } is not of the form name=value.
alerts-send-refused = The message cannot be taken as it is ({ $field }): shorten it.
