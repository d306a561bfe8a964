# The words of the reports, in English.
reports-title = Reports
reports-tab-response = Response
reports-tab-load = Load
reports-tab-delivery = Delivery
reports-tab-noise = Noise
reports-ask = Period and group
reports-days-label = Period
reports-last-days = Last { $n } days
reports-own-days = Days of my own
reports-from = First day
reports-to = Last day
reports-group = Group
reports-all-groups = All groups
reports-show = Show
reports-period = Alerts opened from { $from } until { $to }.
reports-as-of = { $period } Added up at { $at }; newer figures are on their way.
reports-fault-day = This is not a day. Enter it as year, month and day, such as 2026-03-02.
reports-fault-reversed = The last day is before the first. Swap them.
reports-fault-long = At most 366 days can be shown at once. Choose a shorter time.
reports-fault-group = There is no group with this name. Enter its whole name.
reports-adding = Still adding up
reports-adding-text = Alerts opened before { $since } are still being added up. Load this page again in a moment to see them too.
reports-behind-text = Very much has happened since this report was last asked for, and it is still being added up. Load this page again in a moment.
reports-none = No figures yet
reports-none-text = No alerts were opened in this time. Choose a longer one, or another group.
reports-unknown-text = Choose a group that exists, or leave the field empty for all groups.
reports-lead-none = No alerts were opened in this time.
reports-lead-nobody = { $n ->
    [one] One alert was opened, and nobody has acknowledged it.
   *[other] { $count } alerts were opened, and nobody has acknowledged any.
}
reports-lead = { $n ->
    [one] One alert was opened, and acknowledged within { $median }.
   *[other] { $count } alerts were opened and { $acknowledged } of them acknowledged, half of these within { $median }; { $escalated } were escalated.
}
reports-mtta = Time to acknowledge, median
reports-mttr = Time to end, median
reports-p90-mean = 90 % within { $p90 }, mean { $mean } (alerts timed: { $count })
reports-acknowledged = Acknowledged
reports-escalated = Escalated
reports-unattended = Ended without anybody
reports-missed = Ran out unanswered
reports-of-alerts = Alerts: { $count } of { $all }
reports-of-events = Events: { $count } of { $all }
reports-of-interruptions = Interruptions: { $count } of { $all }
reports-how = What counts
reports-how-times = Times count from the opening of an alert: to its first acknowledgement, by a person or at the source, and to its end, however it ended. Alerts that were never acknowledged (or are still open) have no such time and do not count there. The median is the time within which half of them were done.
reports-how-counts = Escalated: somebody was told later than the first, because the first did not answer or asked for it. Ended without anybody: the source said that it is over before anybody acknowledged. Ran out unanswered: the alert's time was over and nobody had acknowledged.
reports-how-group = An alert counts for the group that it told first. Alerts belong to the day and hour they were opened in, in your time zone.
reports-days-title = Alerts by day
reports-days-chart = Bars: alerts by day, those of high priority hatched. The table below has the numbers.
reports-day-tip = { $day }: { $count } alerts, { $high } of high priority
reports-key-all = All alerts
reports-key-high = High priority
reports-as-table = As a table
reports-day = Day
reports-alerts = Alerts
reports-week-title = Alerts by hour of the week
reports-week-text = In your time zone. Darker means more; every hour has its number.
reports-week-chart = Alerts by day of the week and hour, each cell with its number. The table below has the same numbers.
reports-week-tip = { $day }, { $hour }: { $count } alerts
reports-weekdays = Monday Tuesday Wednesday Thursday Friday Saturday Sunday
reports-priority-title = By priority
reports-priority = Priority
reports-ack-median = To acknowledge: median
reports-ack-p90 = 90 %
reports-ack-mean = Mean
reports-end-median = To end: median
reports-end-p90 = To end: 90 %
reports-end-mean = To end: mean
reports-groups-title = By group
reports-more-groups = { $n ->
    [one] One more group is in the file below.
   *[other] { $n } more groups are in the file below.
}
reports-sources-title = By integration
reports-source = Integration
reports-bar = As a bar
reports-bar-equal = As a bar, with a mark at the equal share
reports-share = Share
reports-no-group = No group
reports-gone-group = Removed group
reports-gone-source = Removed integration
reports-gone-person = Removed person
reports-gone-key = No longer kept
reports-csv = Download as CSV:
reports-csv-summary = Summary
reports-csv-days = Days
reports-csv-week = Hours of the week
reports-csv-sources = Integrations
reports-csv-groups = Groups
reports-csv-people = People
reports-csv-channels = Channels
reports-csv-keys = Keys
reports-load-lead-none = Nobody was interrupted in this time.
reports-load-lead = { $n ->
    [one] One person carried { $total } interruptions, { $night } of them at night.
   *[other] { $people } people carried { $total } interruptions, { $night } of them at night.
}
reports-gini = Uneven share (0 even, 1 one carries all)
reports-fair-unknown = Needs two people and an interruption
reports-fair-even = Shared evenly
reports-fair-some = Some carry more than others
reports-fair-uneven = A few carry most of it
reports-at-night = At night
reports-asleep = In hours of sleep
reports-person = Person
reports-interruptions = Interruptions
reports-hours-first = First on call
reports-hours-behind = Behind the first
reports-hours-by-group = Choose a group to see how long its people were on call.
reports-hours-too-much = This group has too many shifts to add up hours on call for so long. Choose a shorter time.
reports-equal-mark = The line in each bar is the equal share: what everybody would carry if all carried the same.
reports-how-load = An interruption is an alert that reached a person on at least one device; several devices count once. People are listed who were interrupted, and with a group also those on call for it who were not.
reports-how-night = Night is from 22:00 to 07:00, and the hours of sleep are from 00:00 to 05:00, both on the clock of the person who was told.
reports-how-gini = The uneven share is the Gini coefficient of the interruptions: 0 when everybody carries the same, 1 when one person carries everything. Below 0.2 is even; above 0.4 is worth a talk.
reports-how-hours = Hours on call come from the group's shifts, rotations and absences as they are now, to the hour: whoever is told first, and whoever is told after a delay. Who stands in for somebody has that person's hours.
reports-delivery-lead-none = Nothing was sent in this time.
reports-delivery-lead = { $rate } of { $sent } notifications were delivered; { $failed } failed for good.
reports-channel = Channel
reports-channel-email = E-mail
reports-channel-webhook = Webhook
reports-channel-sms = Text message
reports-channel-voice = Telephone
reports-channel-gone = Removed devices
reports-rate = Delivered, share
reports-sent = Sent
reports-delivered = Delivered
reports-failed = Failed
reports-cancelled = Called off
reports-pending = Waiting
reports-took-median = Took, median
reports-took-p90 = Took, 90 %
reports-how-delivery = Delivered means that the channel took the message, or that the person answered it. Failed: it was given up after all attempts. Called off: somebody had answered before it was sent. The time counts from the moment it was due, retries included.
reports-noise-lead = The ten noisiest keys make { $share } of { $count } alerts.
reports-folded = Events folded into open alerts
reports-keys-title = Noisiest keys
reports-key = Key
reports-newest = Newest alert
reports-events = Events
reports-how-noise = A key is what a sender uses to say that events speak of the same thing, counted by integration. Alerts without a key are left out. The first hundred are in the file.
reports-figure = report
reports-a-group = group
reports-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
