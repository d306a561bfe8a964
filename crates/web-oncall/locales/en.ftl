# Who is on call: the list of all groups.
oncall-title = On call
oncall-you-are = You are on call for { $groups }.
oncall-all-manned = { $n ->
    [0] There is no on-call group yet.
    [one] The one group has somebody on call.
   *[other] All { $n } groups have somebody on call.
}
oncall-some-nobody = { $n ->
    [one] 1 of { $of } groups has nobody on call.
   *[other] { $n } of { $of } groups have nobody on call.
}
oncall-search = Search groups
oncall-find = Search
oncall-tabs = Which groups
oncall-tab-all = All
oncall-tab-mine = Mine
oncall-tab-nobody = Nobody on call
oncall-section-mine = Your groups
oncall-section-nobody = Nobody on call
oncall-section-others = All other groups
oncall-section-all = All groups
oncall-none-title = No groups yet
oncall-none-text = A group says who is told, and when. Add the first one, then its shifts.
oncall-not-found-title = No such group
oncall-not-found-text = No group fits what you look for.
oncall-show-all = Show all groups
oncall-nobody = nobody

# One card.
oncall-card-nobody = Nobody is on call now
oncall-card-on = with no hand-over in the next two weeks
oncall-card-until = until { $time }, then { $name }
oncall-card-until-nobody = until { $time }, then nobody
oncall-card-escalates = escalates to { $list }
oncall-card-step = { $name } after { $n } min
oncall-card-inactive = Inactive: tells nobody.
oncall-card-broadcast = { $n ->
    [one] Tells its 1 member.
   *[other] Tells all { $n } members at once.
}
oncall-card-next-shift = The next shift begins { $time }.
oncall-card-supervisor = Alerts go to { $name }, who supervises the group.

# Calendars.
oncall-chart-label = On-call calendar of { $group }, { $days }
oncall-chart-description = { $n ->
    [0] There are no gaps. A table with the same content follows.
    [one] There is 1 gap. A table with the same content follows.
   *[other] There are { $n } gaps. A table with the same content follows.
}
oncall-chart-coverage = Coverage
oncall-chart-now = now
oncall-chart-then = then { $name } after { $n } min
oncall-clock-forward = clocks go forward { $n } min
oncall-clock-back = clocks go back { $n } min
oncall-gap = Nobody on call { $time }.
oncall-gap-no-shift = No shift is held.
oncall-gap-empty = The shift has no members.
oncall-gap-away = Whoever should answer is away or inactive.
oncall-story = { $name } is on call in { $shift }, { $time }.
oncall-story-nobody = Nobody answers in { $shift }, { $time }.
oncall-story-then = Then { $name } after { $n } min.
oncall-story-zone = That is { $time } in { $zone }.
oncall-stands-in = { $name } for { $absent }
oncall-away = { $name } (away)
oncall-inactive = { $name } (inactive)
oncall-calendar-nav = Move through the calendar
oncall-calendar-before = Earlier
oncall-calendar-next = Later
oncall-calendar-today = Today
oncall-calendar-week = Week
oncall-calendar-month = Month
oncall-calendar-region = Calendar, can be scrolled
oncall-calendar-table = The same as a table:
oncall-calendar-shift = Shift
oncall-calendar-who = On call, in order
oncall-calendar-cut = The table ends here; the drawing has more.
oncall-story-title = { $shift }, { $time }
oncall-story-place = { $name }, { $when } ({ $kind })
oncall-story-shift = Open the shift

# Groups.
oncall-groups-title = Groups
oncall-groups-headline = { $n ->
    [0] There are no groups yet.
    [one] There is 1 group, { $found } shown.
   *[other] There are { $n } groups, { $found } found.
}
oncall-groups-search = Search by name or description
oncall-groups-name = Name
oncall-groups-type = Type
oncall-groups-members = Members
oncall-groups-shifts = Shifts
oncall-group-add = Add group
oncall-group-supervisors = Supervisors
oncall-group-supervisors-none = Nobody looks after this group.
oncall-group-supervisors-hint = User ids, separated by commas. They may change the group, and are told when nobody is on call.
oncall-group-inactive = Inactive
oncall-group-type-on-call = On call
oncall-group-type-broadcast = Broadcast
oncall-group-type-on-call-long = On call: whoever is on call is told, in order
oncall-group-type-broadcast-long = Broadcast: all members are told at once
oncall-group-description = Description
oncall-group-status = Status
oncall-group-active = Active
oncall-group-inactive-long = Inactive: tells nobody
oncall-group-site = Site
oncall-group-site-hint = Its holidays count for shifts on holidays.
oncall-group-no-site = No site
oncall-group-duplicates = One person may be told more than once for one alert
oncall-group-default-devices = Members without a usable device are told on their default device
oncall-group-edit = Edit group
oncall-group-edit-title = Edit { $name }
oncall-group-added = { $name } was added. Add its first shift.
oncall-group-saved = { $name } was saved.
oncall-group-on-call = { $name } is on call { $then }.
oncall-group-nobody = Nobody is on call now.
oncall-group-gaps-ahead = { $n ->
    [0] No gaps in the next 4 weeks.
    [one] 1 gap in the next 4 weeks.
   *[other] { $n } gaps in the next 4 weeks.
}
oncall-group-now = If an alert came now
oncall-group-shift-empty = No members: nobody answers
oncall-group-calendar = Calendar
oncall-group-gaps = Gaps in the next 4 weeks
oncall-group-gaps-none = Somebody is on call all the time.
oncall-group-gaps-more = { $n ->
    [one] and 1 more gap
   *[other] and { $n } more gaps
}
oncall-group-handovers = Next hand-overs
oncall-group-handovers-none = Nothing changes in the next 4 weeks.
oncall-group-handover = { $time }: { $name } ({ $shift })
oncall-group-members-none = Nobody is on the roster yet.
oncall-group-members-more = { $n ->
    [one] and 1 more member
   *[other] and { $n } more members
}
oncall-group-no-shifts-title = No shifts yet
oncall-group-no-shifts-text = Nobody is told of alerts for this group until a shift says who is on call, and when.
oncall-group-remove = Remove group
oncall-group-remove-title = Remove { $name }?
oncall-group-remove-lead = This cannot be taken back.
oncall-group-remove-shifts = { $n ->
    [0] It has no shifts.
    [one] Its 1 shift is removed too.
   *[other] Its { $n } shifts are removed too.
}
oncall-group-remove-absences = { $n ->
    [0] No absences end with it.
    [one] 1 absence entered for it is removed too.
   *[other] { $n } absences entered for it are removed too.
}
oncall-group-remove-alerts = Alerts it was told of stay as they are.
oncall-group-remove-type = Type “{ $name }” to remove it
oncall-group-removed = { $name } was removed.
oncall-walk-at-once = at once
oncall-walk-after = after { $n } min
oncall-walk-passed = passed over
oncall-yes = yes
oncall-no = no
oncall-save = Save
oncall-cancel = Cancel
oncall-back = Back

# Members of groups and shifts.
oncall-member-person = user
oncall-member-device = device
oncall-member-group = group
oncall-member-add = Add a member
oncall-member-add-hint = A user id, the name of a group, or user|device.
oncall-member-add-button = Add
oncall-member-added = { $name } was added to { $group }.
oncall-member-there = { $name } is a member already.
oncall-member-unknown = Nobody has that name
oncall-member-unknown-text = There is no user, group or device with that name. Nothing was changed. Give a user id, the name of a group, or user|device.
oncall-member-gone = They are no member any more.
oncall-member-remove = Remove
oncall-member-remove-name = Remove { $name }
oncall-member-remove-title = Remove { $name } from { $group }?
oncall-member-remove-lead = { $name } is in shifts of this group, and leaves them too.
oncall-member-removed = { $name } was removed from { $group }.
oncall-member-after = after { $n } min
oncall-member-fixed = does not rotate
oncall-member-none = nobody
oncall-member-who = Who
oncall-member-delay = Minutes after the one before
oncall-member-kind = Kind of escalation
oncall-member-turns = Rotates
oncall-member-place = Place { $n }
oncall-member-up = Move up
oncall-member-down = Move down
oncall-member-drop = Remove
oncall-member-more = Add a place
oncall-escalation-none = no escalation
oncall-escalation-peer = to a peer
oncall-escalation-management = to management

# Rules in words.
oncall-day-mo = Mon
oncall-day-tu = Tue
oncall-day-we = Wed
oncall-day-th = Thu
oncall-day-fr = Fri
oncall-day-sa = Sat
oncall-day-su = Sun
oncall-month-jan = Jan
oncall-month-feb = Feb
oncall-month-mar = Mar
oncall-month-apr = Apr
oncall-month-may = May
oncall-month-jun = Jun
oncall-month-jul = Jul
oncall-month-aug = Aug
oncall-month-sep = Sep
oncall-month-oct = Oct
oncall-month-nov = Nov
oncall-month-dec = Dec
oncall-nth-first = first
oncall-nth-second = second
oncall-nth-third = third
oncall-nth-fourth = fourth
oncall-nth-last = last
oncall-rule-whole = { $rule }, { $time } ({ $zone })
oncall-rule-once = Once
oncall-rule-daily = { $n ->
    [one] Every day
   *[other] Every { $n } days
}
oncall-rule-weekly = { $n ->
    [one] Every week on { $days }
   *[other] Every { $n } weeks on { $days }
}
oncall-rule-weekdays = Monday to Friday
oncall-rule-weekends = Saturday and Sunday
oncall-rule-monthly = { $on } of { $months }
oncall-rule-every-month = every month
oncall-rule-date = day { $n }
oncall-rule-last-day = last day
oncall-rule-yearly = Every year
oncall-rule-holiday = On holidays of the site
oncall-rule-until = until { $day }
oncall-rule-times = { $n ->
    [one] once
   *[other] { $n } times
}
oncall-turn-none = Does not rotate
oncall-turn-whole = Rotates { $every }, { $way }, first on { $from }
oncall-turn-alerts = { $n ->
    [one] with every alert
   *[other] every { $n } alerts
}
oncall-turn-shifts = { $n ->
    [one] with every shift
   *[other] every { $n } shifts
}
oncall-turn-hours = { $n ->
    [one] every hour
   *[other] every { $n } hours
}
oncall-turn-days = { $n ->
    [one] every day
   *[other] every { $n } days
}
oncall-turn-weeks = { $n ->
    [one] every week
   *[other] every { $n } weeks
}
oncall-turn-first-to-last = the first becomes the last
oncall-turn-last-to-first = the last becomes the first
oncall-turn-by-days = By days
oncall-turn-by-weeks = By weeks
oncall-turn-by-hours = By hours
oncall-turn-by-shifts = By shifts held
oncall-turn-by-alerts = By alerts
oncall-repeat-none = Does not start again
oncall-repeat-times = { $n ->
    [one] Starts again once, after { $delay } min
   *[other] Starts again { $n } times, after { $delay } min
}
oncall-notice-none = Nobody hears that nobody answered
oncall-notice-to = { $name } hears that nobody answered, after { $n } min

# The form of a shift.
oncall-shift-add = Add shift
oncall-shift-new = A new shift of { $group }. Nothing is saved before you see what changes.
oncall-shift-when = When
oncall-shift-members = Members in order
oncall-shift-members-hint = The first is told at once, each other so many minutes after the one before. The minutes belong to the place, not to the person.
oncall-shift-rotation = Rotation
oncall-shift-repeat = Repetition
oncall-shift-notice = End of the escalation
oncall-shift-legend-what = What
oncall-shift-legend-when = When
oncall-shift-legend-after = After the last place
oncall-shift-start = First start
oncall-shift-start-hint = On the clock of the time zone below. The other days begin at the same time of day.
oncall-shift-end = First end
oncall-shift-zone = Time zone
oncall-shift-zone-hint = An IANA name such as Europe/Oslo. Clock changes are taken care of.
oncall-shift-frequency = Repeats
oncall-shift-every = Every how many days or weeks
oncall-shift-days = On these days
oncall-shift-end-by = Ends
oncall-shift-until = Last day
oncall-shift-times = After how many times
oncall-shift-turn-every = Every how many
oncall-shift-turn-from = First change
oncall-shift-turn-from-hint = When the first member becomes the last for the first time. May be empty for shifts and alerts.
oncall-shift-way = Direction
oncall-shift-repeat-times = Start again how many times
oncall-shift-repeat-delay = Minutes before it starts again
oncall-shift-notice-who = Who hears that nobody answered
oncall-shift-notice-hint = A user id, the name of a group, or user|device. May be empty.
oncall-shift-notice-delay = Minutes before they hear it
oncall-freq-once = Once
oncall-freq-daily = Every day, or every few days
oncall-freq-weekly = On days of the week
oncall-freq-weekdays = Monday to Friday
oncall-freq-weekends = Saturday and Sunday
oncall-freq-monthly = Every month
oncall-freq-yearly = Every year
oncall-freq-holiday = On holidays of the site
oncall-monthly-on = Which day
oncall-monthly-date = A day by its number
oncall-monthly-weekday = A weekday by its place
oncall-monthly-date-field = Day of the month
oncall-monthly-date-hint = 1 to 31, or LAST for the last day.
oncall-monthly-nth = Which one
oncall-monthly-day = Weekday
oncall-monthly-months = In these months
oncall-end-never = Never
oncall-end-date = On a day
oncall-end-repetitions = After some times
oncall-shift-saved = { $name } was saved.
oncall-shift-broadcast = This group has no shifts
oncall-shift-broadcast-text = It is a broadcast: all members are told at once. Make it an on-call group first.
oncall-shift-gone = The shift was removed meanwhile
oncall-shift-gone-text = Somebody removed it while you were editing. Nothing of what you entered is lost: save once more to make it again.
oncall-shift-remove = Remove shift
oncall-shift-remove-title = Remove { $name }?
oncall-shift-remove-lead = It can be undone only in the moment after. Who is in no other shift of the group leaves the roster too.
oncall-shift-remove-type = Type “{ $name }” to remove it
oncall-shift-removed = { $name } was removed.

# What a change makes different.
oncall-preview-title = What changes
oncall-preview-hint = Change something, or ask, to see who would be on call instead. Nothing is saved before you say so.
oncall-preview-button = Show what changes
oncall-preview-faults = Not everything is filled in yet:
oncall-preview-same = Nobody’s time on call changes until { $day }.
oncall-preview-differs = { $n ->
    [one] 1 change in who is on call until { $day }.
   *[other] { $n } changes in who is on call until { $day }.
}
oncall-preview-gaps = { $n ->
    [0] No new gaps.
    [one] 1 new gap.
   *[other] { $n } new gaps.
}
oncall-preview-closed = { $n ->
    [one] It closes 1 gap.
   *[other] It closes { $n } gaps.
}
oncall-preview-new-gaps = Nobody would be on call:
oncall-preview-line = { $time }: { $before } → { $after }
oncall-preview-more = { $n ->
    [one] and 1 more change
   *[other] and { $n } more changes
}
oncall-preview-row-was = Now: { $shift }
oncall-preview-row-is = After: { $shift }
oncall-preview-gap = { $time }. { $reason }
oncall-preview-times = { $n ->
    [one] { $time } and 1 more time
   *[other] { $time } and { $n } more times
}
oncall-preview-chart = What changes, from { $days } on
oncall-preview-chart-description = Each shift as it is and, below, as it would be. The same follows in words.
oncall-preview-region = Drawing of what changes, can be scrolled
oncall-preview-removed = Goes away:
oncall-preview-added = Comes:
oncall-preview-kept = Stays:
oncall-preview-key-removed = goes away
oncall-preview-key-added = comes
oncall-preview-key-same = stays

# Absences.
oncall-absences-title = Absences
oncall-absences-headline = { $n ->
    [0] Nobody is away now, { $coming } to come.
    [one] 1 is away now, { $coming } to come.
   *[other] { $n } are away now, { $coming } to come.
}
oncall-absences-tabs = Whose absences
oncall-absences-tab-groups = My groups
oncall-absences-tab-mine = Mine
oncall-absences-tab-all = All
oncall-absences-none-title = Nobody is away
oncall-absences-none-text = Absences that are not over are listed here. The tab “All” has everybody’s.
oncall-absence-add = I’m away
oncall-absence-new = Enter an absence
oncall-absence-save = Save absence
oncall-absence-who = Who is away
oncall-absence-me = I’m away
oncall-absence-from = From
oncall-absence-to = Until
oncall-absence-by = Replaced by
oncall-absence-by-hint = A user id. Empty: nobody stands in.
oncall-absence-group = In which group
oncall-absence-everywhere = All groups
oncall-absence-time = When
oncall-absence-state = State
oncall-absence-act = What to do
oncall-absence-now = Away now
oncall-absence-coming = To come
oncall-absence-end = End now
oncall-absence-cancel = Cancel
oncall-absence-end-name = End the absence of { $name }
oncall-absence-added = { $name } is away { $time }.
oncall-absence-ended = { $name } is not away any more.
oncall-absence-over = That absence is over already.

# Calendars for other programs.
oncall-feeds-title = Calendar links
oncall-feeds-headline = { $n ->
    [0] You have no calendar link.
    [one] You have 1 calendar link.
   *[other] You have { $n } calendar links.
}
oncall-feeds-text = Calendar programs read these addresses without signing in, a week back and half a year ahead. Whoever has an address sees that calendar: revoke it when it got into wrong hands.
oncall-feeds-none-title = No calendar links
oncall-feeds-none-text = Add one to see in your own calendar when you are on call.
oncall-feeds-too-many-title = Too many calendar links
oncall-feeds-too-many = You have { $n } calendar links, and cannot have more. Nothing was changed: revoke one that you do not use.
oncall-feed-add-mine = Add a link to my calendar
oncall-feed-subscribe = Calendar link
oncall-feed-made = The link is ready
oncall-feed-made-text = Copy it into your calendar program now: it is not shown again.
oncall-feed-url = Address
oncall-feed-revoke = Revoke
oncall-feed-revoke-name = Revoke: { $name }
oncall-feed-revoked = The link does not count any more.
oncall-feed-of-person = On call: { $name }
oncall-feed-of-group = On call for { $name }
oncall-feed-event-first = On call: { $group }
oncall-feed-event-later = On call: { $group }, after { $n } min
oncall-feed-event-group = { $group }: { $name }

# Undoing.
oncall-undone = { $name } is as it was before.
oncall-undo-not = Not undone
oncall-undo-late = This can be undone once, in the first two minutes, and by whoever did it. Nothing was changed now.
oncall-undo-since = { $name } was changed again since then. Nothing was undone: what others did would be lost.

# What cannot be.
oncall-absence-forbidden = You may not enter or end absences of this user any more: your roles or the group’s supervisors were changed. Ask a supervisor of the group.
oncall-group-gone = The group was removed meanwhile. Nothing was saved.
oncall-what-group = group
oncall-what-shift = shift
oncall-what-absence = absence
oncall-what-feed = calendar link
oncall-fault-name = The name { $why }.
oncall-fault-long = Must be at most { $n } characters long.
oncall-fault-choose = Choose one of the list.
oncall-fault-number = Must be a whole number from { $least } to { $most }.
oncall-fault-person = There is no such user. Give a user id, such as bo.
oncall-fault-person-named = There is no user “{ $name }”. Give user ids, separated by commas.
oncall-fault-recipient = There is nobody called “{ $name }”. Give a user id, the name of a group, or user|device.
oncall-fault-somebody-else = Must be somebody else; leave it empty if nobody stands in.
oncall-fault-group = There is no such group. Choose one of the list.
oncall-fault-twice = Is in this shift already. A group that allows duplicates may name somebody twice.
oncall-fault-first-kind = The first is told at once: choose “no escalation”.
oncall-fault-kind-delay = Whoever is told without a delay is no escalation: choose “no escalation”, or give minutes.
oncall-fault-time = Give a day and a time, such as 2026-03-23 09:00.
oncall-fault-date = Give a day, such as 2026-03-23.
oncall-fault-after-start = Must be after the start.
oncall-fault-future = Must be in the future.
oncall-fault-absence-long = Must be at most { $n } days after the start. Enter a shorter absence, and the rest as another one.
oncall-fault-absence = This absence cannot be saved: { $why }.
oncall-fault-zone = There is no such time zone. Give an IANA name such as Europe/Oslo.
oncall-fault-days = Choose at least one day.
oncall-fault-months = Choose at least one month.
oncall-fault-every = Must be a whole number from 1 to 999.
oncall-fault-holiday = A shift on holidays needs a group with a site: give the group a site first.
oncall-fault-start-range = Must be in the years 1970 to 2199.
oncall-fault-too-long = Must be at most 366 days after the start.
oncall-fault-day-of-month = Must be 1 to 31, or LAST.
oncall-fault-date-in-no-month = None of these months has such a day; use LAST.
oncall-fault-until = Must not be before the first start.
oncall-fault-repetitions = Must be at least 1.
oncall-fault-exclusions = Too many single days were left out of this shift; end it and make a new one.
oncall-fault-name-typed = That is not the name. Nothing was removed.

# Work that keeps a processor busy waits for a place.
oncall-busy = Too much at once
oncall-busy-text = So many calendars are being worked out that this one would take too long. Nothing was changed. Load the page again in a moment.
