# The responder's pages: the response page, signing in, a forgotten password, one's own account, first run.

## The response page: what an answer would do
web-next-own = You have it already.
web-next-over = You take it over from { $name }.
web-next-take = You take it. Nobody else is told.
web-next-escalate = The next person is told now.
web-next-noted = It is noted. { $more }
web-next-end = The alert ends for everybody.
web-next-stop-user = You are not told again; others still are.
web-next-stop-group = Your group is not told again.
web-next-record = It is noted. Everything else goes on.
web-untold-closed = The alert is over.
web-untold-suspended = The alert is suspended, so nobody is told.
web-untold-own = You have the alert, so nobody else is told.
web-untold-other = { $name } has the alert, so nobody else is told.
web-untold-source = The alert is acknowledged, so nobody else is told.

## What an answer did
web-late = Already over
web-late-text = Your answer is noted. The alert was over before it arrived.
web-again = We have your answer
web-again-text = You gave this answer before. It stands, and nothing was done twice.
web-taken = You have it
web-taken-text = Nobody else is told. Thank you.
web-passed = Passed on
web-passed-text = The next person is told now. Thank you.
web-noted = Noted
web-ended-now = Ended
web-ended-now-text = The alert is over for everybody. Nothing more is sent.
web-stopped-user-text = You are not told again about this alert; others still are.
web-stopped-group-text = Your group is not told again about this alert.
web-recorded-text = Your answer is on the alert's timeline. Everything else goes on.

## Where the alert stands
web-stands-unheld = Nobody has it yet
web-stands-open = Nobody has answered yet
web-stands-own = You have it
web-stands-other = { $name } has it
web-stands-source = Acknowledged at the source
web-stands-suspended = Suspended: nothing is sent for now
web-over-source = Over: the sender says so
web-over-expired = Ended: its time ran out
web-over-own = Ended by you
web-over-other = Ended by { $name }
web-over-plain = Ended

## The page itself
web-priority-high = High
web-priority-medium = Medium
web-priority-low = Low
web-answered-text = You answered “{ $answer }”. You can still change that.
web-informed = You are kept informed
web-informed-text = Others are asked to answer this alert. Nothing is wanted of you.
web-closed = This alert is over
web-closed-text = Nothing is wanted of you.
web-removed = somebody who was removed
web-from = from { $name }
web-events = { $n } events
web-told = Also told: { $names }
web-told-more = Also told: { $names } and { $n } more
web-you = You
web-or-answer = Or answer
web-or-change = Or change your answer
web-footnote = This link was sent to { $name } and answers as { $name } until { $until }. Do not pass it on.
web-who-answered = Who has answered
web-earlier = { $n } earlier
web-comment = Comment
web-comment-hint = optional, goes with your answer

## When a link or an answer does not work
web-no-option = There is no such answer
web-no-option-text = The answers that can be given may have changed since the message was sent. Nothing was done.
web-long = The comment is too long
web-long-text = Nothing was done. Shorten the comment, or answer without one.
web-broken = This link does not work
web-broken-text = It may have been cut in two. Open it from the message again, or copy all of it. If that does not help, ask whoever looks after Firebell.
web-expired = This link has expired
web-expired-text = It can no longer answer. Nothing was done.
web-retry = Try again
web-retry-next = Your answer and your comment are kept.
web-left = This link does not work any more
web-left-text = It was sent to somebody who is not here any more. Nothing was done. If you are that person, ask whoever looks after Firebell.
web-gone = This alert is gone
web-gone-text = It ended long ago, and was removed after the time alerts are kept.
web-elsewhere-text = It belongs to an account that this server does not know. Ask whoever looks after Firebell.
web-unanswerable = This cannot be answered
web-unanswerable-text = It is over, or the answer is no longer offered. Nothing was done.
web-untaken = We could not take your answer
web-untaken-text = Nothing was recorded. Try again in a moment.
web-unshown = We cannot show the alert just now
web-unshown-text = Open the link again in a moment.

## Around the pages of visitors
web-skip = Skip to the content
web-not-sure = Not sure just now
web-not-sure-sign-in = Your sign-in could not be confirmed just now, because this server's configuration may not be the newest. Check what you entered, or try again in a few seconds.
web-not-sure-instance = It could not be confirmed just now whether there is an instance “{ $name }”, because this server's configuration may not be the newest. Check the name, or try again in a few seconds.
web-missing = Something is missing
web-too-much = That was too much
web-too-much-text = What you entered is too long. Shorten it.
web-busy = Many people are signing in just now
web-busy-text = Nothing was done. Try again in a second.

## Signing in
web-sign-in = Sign in
web-sign-in-to = Sign in to { $instance }
web-sign-in-missing = Enter your user name and your password.
web-which = Which instance?
web-which-text = Enter the name of your instance.
web-no-instance = No such instance
web-no-instance-yet = This server has no instance yet.
web-no-instance-text = There is no instance “{ $name }” on this server. Check its name.
web-set-up = Set it up
web-too-many = Too many attempts
web-too-many-text = Too many failed attempts. Try again in { $n } s.
web-not-in = You are not signed in
web-not-in-text = The user name or the password is wrong. Check both; capital letters matter in the password.
web-instance = Instance
web-instance-hint = your organisation's name in Firebell
web-login = User name
web-password = Password
web-forgot = I forgot my password
web-tagline = It wakes the right person when something breaks, and goes on until somebody answers.
web-kept = You were signed out. What you entered is kept, and is offered again after signing in.
web-entries = Your entries are kept
web-entries-text = You were signed out before this was sent, so nothing was done. Look at it, and send it now.
web-entries-of = You were at { $page }
web-entries-send = Send it now
web-entries-drop = Leave it
web-entries-shown = What you entered
web-entries-secret = (hidden)
web-entries-none = Nothing but a button was pressed.
web-sign-out = Sign out
web-sign-out-ask = Sign out?
web-sign-out-text = Alerts still reach you. Only this browser forgets you.
web-stay = Stay signed in
web-signed-out = You are signed out
web-signed-out-text = Alerts still reach you on your devices.
web-sign-in-again = Sign in again

## A forgotten password
web-reset-ask = Forgot your password?
web-reset-ask-text = Enter your user name. A message with a link to set a new password is sent to your e-mail devices.
web-reset-send = Send the link
web-reset-missing = Enter your user name.
web-reset-sent = Look into your mail
web-reset-sent-text = If there is such a user with an e-mail device, a message with a link is on its way. The link works for 30 minutes.
web-reset-back = Back to signing in
web-reset-dead = This link does not work any more
web-reset-dead-text = It was used, is older than 30 minutes, or is not complete. Nothing was done.
web-reset-again = Ask for a new link
web-reset-no-mail = No link can be sent
web-reset-no-mail-text = This server sends no e-mail. Ask an administrator of your instance to set a new password for you.
web-reset-set = Set a new password
web-reset-set-text = All your sessions end, on every device.
web-reset-done-text = All your sessions were ended. Sign in with the new password.
web-reset-failed = The password was not set
web-reset-later = The password could not be set just now
web-for = For { $login }.

## Passwords
web-password-rules = At least { $min } characters, at most { $max }. Several words are good; digits and signs are not needed.
web-password-short = A password needs at least { $min } characters; this one has { $n }.
web-password-long = A password has at most { $max } characters; this one has { $n }.
web-password-uniform = A password needs more than one different character.
web-password-known = This password is one of those everybody tries first. Choose another.
web-password-differ = You entered two different passwords. Enter the same twice.
web-password-same = The new password is the old one. Choose another.
web-password-new = New password
web-password-again = The same again
web-password-set-button = Set the password
web-password-done = Your new password is set
web-old-works = Your old password still works. Try again in a moment.
web-password-change = Change your password
web-password-change-text = All your other sessions end, on every device.
web-password-old = Old password
web-password-change-button = Change the password
web-password-unchanged = The password was not changed
web-password-raced = It was changed by somebody else just now. Sign in again; if it was not you, ask an administrator of your instance.
web-password-later = The password could not be changed just now
web-password-wrong = The old password is wrong. Capital letters matter.
web-password-done-text = All your other sessions were ended.
web-password-current = Your password
web-password-current-hint = so that a browser that was left open cannot become you
web-password-current-mail-hint = only if you change the address or switch the device on: links to a new password are sent there
web-password-current-wrong = The password is wrong. Capital letters matter.

## The account
web-account = Your account
web-account-title = You are signed in as { $name }
web-account-line = Here you say how alerts reach you, and where you are signed in.
web-tabs = Your account
web-tab-profile = Profile
web-tab-devices = Devices
web-tab-keys = API keys
web-tab-password = Password
web-back-account = Back to your account
web-who-you-are = Who you are
web-user-name = User name
web-roles = Roles
web-licence = Licence
web-licence-full = Full user
web-licence-stakeholder = Stakeholder: is told, does not answer
web-identity-hint = Names, roles and licence are changed by an administrator.
web-profile = Language and time
web-language = Language
web-language-hint = of the pages for responders, and of what is sent to you where it is translated
web-zone = Time zone
web-zone-hint = in which you see times, and in which your devices' time frames are read
web-save = Save
web-profile-saved = Your profile is saved.
web-language-unknown = Choose one of the languages.
web-zone-unknown = There is no such time zone. Choose one such as Europe/Oslo.
web-sessions = Where you are signed in
web-session-own = this session
web-session-since = since
web-session-end = End
web-session-end-of = { $act }: { $agent }
web-end-others = End all others
web-end-others-hint = Whoever uses them has to sign in again.
web-no-session = No such session
web-no-session-text = It is over already, or was never one of yours.
web-agent = { $browser } on { $system }
web-agent-program = A program
web-agent-browser = A browser
web-set-up-more = Set-up is not finished.
web-set-up-link = Go on with the checklist

## Devices
web-devices = Your devices
web-devices-none-line = No alert can reach you yet.
web-devices-line = { $n ->
    [one] One device; { $verified } verified.
   *[other] { $n } devices; { $verified } verified.
 }
web-devices-order = Alerts go to the first, wait as long as it says, then go to the next.
web-devices-empty = No devices yet
web-devices-empty-text = Add an address or a number, so that alerts reach you.
web-device-add = Add a device
web-device-list = Your devices, in the order in which they are used
web-device-email = E-mail
web-device-sms = Text message
web-device-voice = Phone call
web-device-webhook = Webhook
web-device-verified = Verified
web-device-unverified = Not verified
web-device-unverified-tip = Alerts are sent here all the same. Verify it to be sure that they arrive.
web-device-inactive = Switched off
web-device-failsafe = Failsafe
web-device-first = at once
web-device-next = after the one before
web-device-after = then { $n } min until the next
web-device-after-none = the next one right after
web-device-any = every priority
web-device-medium = Medium and High only
web-device-high = High only
web-device-always = at any time
web-device-frames = { $n ->
    [one] in one time frame
   *[other] in { $n } time frames
 }
web-device-frame = { $name }: { $days }, { $from }–{ $to }
web-device-signed = signed
web-device-up = Move { $name } up
web-device-down = Move { $name } down
web-device-edit = Edit
web-device-edit-of = Edit { $name }
web-device-remove = Remove
web-device-remove-of = Remove { $name }
web-device-test = Send me a test
web-device-test-of = Send me a test: { $name }
web-device-verify = Verify
web-device-verify-of = Verify { $name }
web-device-reach-keeps = This server keeps e-mail instead of sending it: no mail server is configured.
web-device-reach-cannot = This server cannot send to such devices yet. The device is kept, and nothing is sent to it.
web-device-last = Last try
web-device-last-open = was sent { $when }; the result is not known
web-device-last-accepted = was taken { $when }: { $detail }
web-device-last-kept = was not sent { $when }: { $detail }
web-device-last-failed = failed { $when }: { $detail }
web-device-tested = The test for { $name } was taken by the provider: { $detail }
web-device-test-kept = The test for { $name } was not sent: { $detail }
web-device-test-failed = The test for { $name } failed: { $detail }
web-device-too-many = Too many messages were sent. Try again in { $n } s.
web-device-cannot = Nothing was sent: this server cannot send to such devices.
web-device-moved = The order is changed.
web-device-removed = { $name } is removed.
web-device-restored = { $name } is back.
web-device-restore-late = It cannot be brought back any more. Add it again.
web-device-restore-title = Not brought back
web-device-added = { $name } is added. Verify it, so that you know that alerts arrive.
web-device-saved = { $name } is saved.
web-device-this = device
web-device-send-code = Send me a code
web-device-code-again = Send another code
web-device-code = Code
web-device-code-hint = six digits, from the message
web-device-code-enter = Verify
web-device-code-sent = A code was sent to { $address }. It counts for { $n } minutes.
web-device-code-out = A code is out. Enter it here, or have another one sent.
web-device-code-none = Have a code sent, and enter it here.
web-device-code-failed = The code could not be sent: { $detail }
web-device-code-wrong = The code is wrong. { $n ->
    [one] One more try.
   *[other] { $n } more tries.
 }
web-device-unsent = Nothing was sent
web-device-code-over = This code does not count any more. Have another one sent.
web-device-code-right = { $name } is verified.
web-device-verify-title = Verify { $name }
web-device-verify-text = A code shows that what is sent to { $address } arrives at you. Nothing else changes: alerts are sent there with and without it.
web-device-already = It is verified since { $when }.
web-devices-of = Devices of { $user }
web-devices-of-none-line = No alert can reach { $user } yet.
web-devices-of-empty-text = Add an address or a number, so that alerts reach { $user }.
web-device-of-unverified-tip = Alerts are sent here all the same. { $user } can verify it in their account, to be sure that they arrive.
web-device-of-test = Send a test
web-device-of-test-of = Send a test to { $name }
web-device-of-added = { $name } is added. It is not verified: { $user } can do that in their account.
web-device-of-new = Add a device for { $user }
web-device-of-new-text = It comes last in the order of { $user }. You can move it up afterwards.
web-device-of-back = Back to the devices of { $user }
web-device-user = user
web-device-users = Users
web-device-new = Add a device
web-device-new-text = It comes last in your order. You can move it up afterwards.
web-device-kind = Kind
web-device-name = Name
web-device-name-hint = such as Work Email or Mobile
web-device-address-email = E-mail address
web-device-address-phone = Telephone number
web-device-address-phone-hint = with country code, such as +4722334455
web-device-address-url = URL
web-device-address-url-hint = gets a JSON POST for each message
web-device-secret = Signing secret
web-device-secret-hint = whsec_…; empty for none
web-device-secret-kept-hint = leave it empty to keep the one there is
web-device-secret-drop = Remove the secret
web-device-delay = Minutes until the next device
web-device-delay-hint = how long to wait for an answer before the next device is used
web-device-threshold = Used for
web-device-threshold-low = Every priority
web-device-default = Failsafe: use it only when no other can be used
web-device-active = Use this device
web-device-frames-title = Time frames
web-device-frames-text = Without any the device is used at any time. A row without a name is left out.
web-device-frame-name = Name
web-device-frame-from = From
web-device-frame-minutes = Minutes
web-device-frame-days = Days
web-device-frame-holidays = Not on holidays
web-days = Mo Tu We Th Fr Sa Su
web-device-frame-number = Time frame { $n }
web-device-frame-bad-start = Enter hours and minutes, such as 08:00.
web-device-frame-bad-minutes = Enter 1 to 1440 minutes.
web-device-frame-bad-days = Choose at least one day.
web-device-frame-bad-name = Enter a name of at most 100 characters.
web-device-name-bad = Enter a name of at most 100 characters without |.
web-device-email-bad = This is not an e-mail address.
web-device-phone-bad = Enter the number with + and country code, such as +4722334455.
web-device-url-bad = Enter an address that begins with https:// or http://.
web-device-delay-bad = Enter whole minutes.
web-device-not-saved-text = Some entries need your attention.
web-device-back = Back to your devices
web-cancel = Cancel
web-field-name = name
web-field-address = address
web-field-delay = minutes
web-field-threshold = used for
web-field-frames = time frames
web-field-status = in use
web-field-default = failsafe
web-yes = yes
web-no = no

## API keys
web-keys = Your API keys
web-keys-line = { $n ->
    [0] No program acts as you.
    [one] One key lets a program act as you.
   *[other] { $n } keys let programs act as you.
 }
web-keys-text = A program with a key may do what you may. Give each program its own, so that you can revoke one without the others.
web-key-name = Name
web-key-name-hint = what it is for, such as Backup script
web-key-create = Create a key
web-key-new = Create a key
web-key-list = Your API keys
web-key-user = User
web-key-created = Created
web-key-used = Last used
web-key-unused = not since this server started
web-key-act = Revoke
web-key-revoke = Revoke
web-key-revoke-of = Revoke { $name }
web-key-revoked = { $name } is revoked. Programs that use it are refused from now on.
web-key-made = The key { $name } is made
web-key-made-text = It is shown only now. Copy it into the program; it cannot be read again.
web-key-secret = Secret
web-key-both = User and secret, for HTTP Basic and FIREBELL_KEY
web-key-done = I have copied it
web-key-name-bad = Enter a name of at most 100 characters.
web-key-not-made = No key was made
web-key-this = API key
web-key-password = Enter your password.

## First run
web-start = Set up Firebell
web-start-text = This server has nobody yet. You make the first instance and its administrator: yourself.
web-start-token = Set-up token
web-start-token-hint = printed by firebell serve in its terminal when it started
web-start-instance = Name of the instance
web-start-instance-hint = your organisation: lower-case letters, digits, hyphens
web-start-region = Region
web-region-emea = Europe, Middle East, Africa
web-region-na = North America
web-region-apac = Asia, Pacific
web-start-you = You
web-start-login = User name
web-start-login-hint = what you sign in with
web-start-first = First name
web-start-last = Last name
web-start-email = E-mail address
web-start-email-hint = your first device: alerts are sent here
web-start-create = Create and sign in
web-start-over = This server is set up
web-start-over-text = There is an instance already, so nobody can set it up again. Sign in; whoever runs the server can make more people with firebell user create.
web-start-none-text = This server started without a set-up token. Restart it to get one, or use firebell instance create.
web-start-not = Nothing was set up
web-start-wrong = The token is wrong. Copy all of it from the terminal of firebell serve.
web-start-spent = The token does not count any more. Restart firebell serve: it prints a new one.
web-start-many = { $n ->
    [one] The token is wrong, and so were many others in the last minute. Wait one second, then copy all of it from the terminal of firebell serve.
   *[other] The token is wrong, and so were many others in the last minute. Wait { $n } seconds, then copy all of it from the terminal of firebell serve.
}
web-start-busy = Somebody else is setting it up this very moment. Wait a few seconds and load the page again.
web-start-later = It could not be set up just now
web-start-later-text = Nothing was made. What you entered is kept, but for the password and the token; try again in a moment.
web-start-instance-bad = Use 1 to 63 lower-case letters, digits and inner hyphens.
web-start-name-bad = Enter 1 to 100 characters.
web-start-welcome = Welcome. { $instance } is made, and you are signed in.
web-checklist = Ready for the first alert
web-checklist-line = { $n ->
    [0] Everything is done.
    [one] One step is left.
   *[other] { $n } steps are left.
 }
web-step-first = It is yours
web-checklist-done = Done
web-checklist-open = To do
web-step-device = Verify a device of yours
web-step-device-text = So that you know that alerts reach you.
web-step-device-link = Your devices
web-step-person = Add a second person
web-step-person-text = Nobody is awake all the time.
web-step-person-link = Add a user
web-step-group = Make a group with a shift
web-step-group-text = It says who is on call when.
web-step-group-link = Groups
web-step-integration = Connect a sender
web-step-integration-text = Such as Prometheus or Grafana: it gets a key, and its events become alerts.
web-step-integration-link = Integrations
web-step-ring = Have a test alert ring
web-step-ring-text = A real event takes the whole way to your own devices. Answer it as you would answer a real alert.
web-ring = Ring me now
web-ring-again = Ring me again
web-ring-title = Your test alert
web-ring-waiting = The event is accepted and on its way. If no alert appears within seconds, a silence or a maintenance window hides it.
web-ring-nobody = The alert is there, but none of your devices may be used just now. Look at their time frames and priorities.
web-ring-pending = { $device }: waiting to be sent
web-ring-delivered = { $device }: delivered { $when }
web-ring-failed = { $device }: failed
web-ring-cancelled = { $device }: not needed any more
web-ring-kept = { $device }: kept in the outbox, because no mail server is configured
web-ring-unsent = Nothing rang: this server keeps e-mail instead of sending it. Set up a mail server (smtp.host), or add a device that it can send to, and try again.
web-ring-answer-now = Now answer it, on the device that rang.
web-ring-answered = You answered “{ $answer }” { $when }. Everything works.
web-ring-alert = Alert { $number }
web-ring-no-device = You have no device that could ring. Add one first.
web-ring-later = The event could not be accepted just now. Try again in a moment.
web-ring-title-not = Nothing rang
web-ring-refresh = Load again
web-ring-event = Test alert of { $name }
web-checklist-link = Go to the alerts

## Without a connection
web-offline = You are offline
web-offline-text = Firebell's pages are not kept on this device, because what they say must be true. Alerts still reach you by the ways you chose. Connect, and load the page again.
web-offline-retry = Load again
