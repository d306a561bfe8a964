# The words of these pages, in English. Keys begin with the area.
people-title = Users
people-user = user
people-back = Back to the users
people-cancel = Cancel
people-full = Full user
people-stakeholder = Stakeholder user
people-active = Active
people-inactive = Inactive

# Fields.
people-field-name = Name
people-field-target = User ID
people-field-first = First name
people-field-last = Last name
people-field-login = Web login
people-field-status = Status
people-field-licence = Licence
people-field-roles = Roles
people-field-language = Language
people-field-zone = Time zone
people-field-site = Site
people-field-supervisor = Supervisor
people-field-supervisors = Supervisors
people-field-group = Group
people-field-groups = Groups
people-field-devices = Devices
people-field-email = Work e-mail
people-field-phone-login = Phone login
people-field-external = External key
people-field-owned = Owned by another system
people-field-properties = Custom fields
people-field-property = Custom field { $name }
people-field-created = Added
people-field-updated = Changed

# Licences.
people-held-full = { $held } of { $n } full-user licences held
people-held-stakeholder = { $held } of { $n } stakeholder licences held
people-held-full-unlimited = { $n ->
    [one] 1 full-user licence held (no limit)
   *[other] { $n } full-user licences held (no limit)
}
people-held-stakeholder-unlimited = { $n ->
    [one] 1 stakeholder licence held (no limit)
   *[other] { $n } stakeholder licences held (no limit)
}
people-held-full-unset = { $n } full-user licences held, and it is not known how many there are
people-held-stakeholder-unset = { $n } stakeholder licences held, and it is not known how many there are
people-held-confirmed = { $held }, confirmed { $time } at revision { $revision }
people-held-last-known = { $held }, as last known { $n } s ago: it could not be confirmed just now
people-unknown = How many licences are held could not be confirmed just now.
people-denied = All { $n } { $licence } licences are in use (confirmed { $time } at revision { $revision })
people-denied-beyond = All { $n } { $licence } licences and the { $more } allowed beyond them are in use (confirmed { $time } at revision { $revision })
people-denied-none = No { $licence } licences are allotted to this instance (confirmed { $time } at revision { $revision })
people-denied-expired = The { $licence } licences ended at { $more }; nobody loses theirs (confirmed { $time } at revision { $revision })
people-denied-not-yet = The { $licence } licences begin at { $more } (confirmed { $time } at revision { $revision })
people-denied-held = { $n } are held, more than are allotted: nobody loses theirs.
people-stakeholder-free = Stakeholder licences are free.
people-see-holders = See who holds them
people-ask-operator = Ask your operator for more
people-free-confirmed = { $n ->
    [0] none free
    [one] 1 free
   *[other] { $n } free
}, confirmed { $time }
people-free-unlimited = as many as you like
people-free-unconfirmed = how many are free is not confirmed just now
people-licence-choice = { $licence } ({ $free })
people-no-licence = No licence
people-denied-add = { $text }. Nobody was added. Your entries are kept. Inactive users need no licence.
people-denied-save = { $text }. Nothing was saved. Your entries are kept.
people-denied-import = { $text }. Nobody was added or changed. The table is kept.
people-not-done = { $text }. Nothing was changed.
people-not-possible = Not possible
people-unconfirmed = Not confirmed
people-unconfirmed-add = We could not confirm your licences just now, so nobody was added. Your entries are kept; try again in a moment.
people-unknown-add = We could not confirm your licences just now, and it is not known whether the user was added. Your entries are kept; try again in a moment: they are added once.
people-unconfirmed-save = This could not be confirmed just now, so nothing was saved. Your entries are kept; try again in a moment.
people-unknown-save = The database did not answer in time, and it is not known whether this was saved. Your entries are kept; try again in a moment: you will see what is there.
people-unconfirmed-act = This could not be confirmed just now, so nothing was changed. Try again in a moment.
people-unknown-act = The database did not answer in time, and it is not known whether this was done. Look at the user before you try again.
people-unconfirmed-import = We could not confirm your licences just now, so nobody was added or changed. The table is kept; try again in a moment.
people-unknown-import = The database did not answer in time, and it is not known whether the table was imported: all of it was, or nothing. Look at the preview below: what is done already is unchanged there.

# More licences.
people-more-title = Ask your operator for more licences
people-more-lead = Your operator allots licences. These words tell them what they need to know.
people-more-label = Words for your operator
people-more-mail = Write a mail with these words
people-more-subject = More Firebell licences for { $instance }
people-more-words = We need more licences for our Firebell instance { $instance } ({ $id }).
    Now: { $held }.
    Please allot more, for example with: firebell licence set full NUMBER --instance { $instance }
    { $who }

# The list.
people-add = Add User
people-add-again = Add, and one more
people-add-stakeholder = Add stakeholder user
people-import = Import
people-export = Export CSV
people-search = Search users
people-search-hint = Name, user ID, e-mail, phone
people-show = Show
people-more-filters = More filters and columns
people-columns = Columns
people-any-status = Any status
people-any-licence = Any licence
people-any-role = Any role
people-any-site = Any site
people-no-site-at-all = No site
people-no-such = No such filter
people-no-site = There is no site { $name }, so nobody is shown. Choose another one.
people-no-group = There is no group { $name }, so nobody is shown. Choose another one.
people-no-user = There is no user { $name }, so nobody is shown. Choose another one.
people-count = { $n ->
    [one] { $n } of { $all } users
   *[other] { $n } of { $all } users
}
people-nobody = Nobody found
people-nobody-text = No user has all of what you asked for.
people-everybody = Show everybody
people-no-device = none
people-and-more = { $names } and { $n } more
people-pick = Choose { $name }
people-pick-all = Choose all on this page
people-pick-head = Choice
people-picked = With those chosen:
people-picked-none = Choose users first
people-picked-some = chosen:
people-bulk-what = Choose whether to activate or to deactivate. Nothing was changed.
people-bulk-nobody = Nobody was chosen, so nothing was changed.
people-bulk-same = They were so already.
people-bulk-many = At most { $n } users can be changed at once. Nothing was changed.
people-not-yourself = You cannot do this to yourself: you could not sign in any more. Ask another administrator.
people-activated = { $n ->
    [one] 1 user activated
   *[other] { $n } users activated
}
people-deactivated = { $n ->
    [one] 1 user deactivated
   *[other] { $n } users deactivated
}

# One user.
people-edit = Edit
people-activate = Activate
people-deactivate = Deactivate
people-remove = Remove
people-mail-password = Send a link to a new password
people-mail-nowhere = They need to be active and to have an active e-mail device.
people-mailed = A link to a new password is on its way to { $name }. It works for 30 minutes.
people-mail-often = { $name } was sent links too often. Try again in { $n } min. Nothing was sent.
people-lead-active = { $licence } · { $roles }
people-lead-inactive = Gets no messages, cannot sign in, and needs no licence.
people-profile = Profile
people-revision = Revision
people-supervises-title = Supervises
people-supervises = { $n ->
    [one] 1 user
   *[other] { $n } users
}
people-more = and { $n } more
people-groups-none = In no group, so no alert reaches them by one.
people-devices-none = No devices, so no message reaches them.
people-devices-unknown = It could not be read just now which of them are verified.
people-devices-change = Change devices
people-devices-add = Add a device
people-days = Mo Tu We Th Fr Sa Su
people-device-used = Used
people-device-any = Every priority
people-device-medium = Medium and High
people-device-high = High only
people-device-always = At any time
people-device-frame = { $name }: { $days }, { $from }–{ $to }
people-device-verified = Verified
people-device-unverified = Not verified
people-device-failsafe = Failsafe
people-device-order = Order
people-device-name = Name
people-device-address = Address
people-device-delay = then waits { $n } min
people-device-email = E-mail
people-device-voice = Phone call
people-device-sms = Text message
people-device-webhook = Webhook
people-devices = { $n ->
    [0] no devices
    [one] 1 device
   *[other] { $n } devices
}
people-groups = { $n ->
    [0] no groups
    [one] 1 group
   *[other] { $n } groups
}
people-one-activated = { $name } is active.
people-one-deactivated = { $name } is inactive: no messages, no sign-in, no licence.
people-removed = { $name } was removed.
people-remove-title = Remove { $name }?
people-remove-lead = Removed with everything that is theirs: { $devices }, places in { $groups }, absences and keys.
people-remove-never = This cannot be taken back. Alerts and history keep their name.
people-remove-field = Type { $target } to remove them
people-remove-wrong = This is not { $target }. Nothing was removed.
people-remove-instead = Or keep them without a licence:

# The form.
people-added = { $name } was added.
people-added-before = { $name } was added already, and is here once.
people-not-added = Nobody was added
people-key-used = Somebody else was added with this form before: { $name }. Nobody was added now. Look at your entries, and send them again.
people-edit-title = Edit { $name }
people-edit-lead = What you change counts at once, for alerts that are on their way, too.
people-save = Save
people-save-over = Save mine over it
people-saved = { $name } was saved.
people-same = { $name } was so already.
people-no-revision = The form does not say which state it was filled in for. Open it again. Nothing was saved.
people-fault = { $field } { $message }
people-invite = Send them a link to choose a password
people-hint-invite = Only if an e-mail address is entered. The link works for 30 minutes.
people-hint-target = Unique, and what messages and integrations name them by.
people-hint-email = Becomes their first device. Others can be added afterwards.
people-hint-login = The user ID, if you leave it empty.
people-hint-licence = Active users hold a licence of this type.
people-hint-roles = What they may do. You give no role that may more than you may.
people-hint-status = Inactive users get no messages, cannot sign in, and need no licence.
people-hint-zone = The site's or your own, if you leave it empty.
people-hint-language = Such as en or pt-BR.
people-hint-supervisors = User IDs; begin to type a name to choose one.
people-hint-external = Their key in another system.
people-hint-properties = Templates and rules may use them. An empty value takes a field away.
people-supervisor-n = Supervisor { $n }
people-property-name = Name of custom field { $n }
people-property-value = Value of custom field { $n }
people-more-fields = Custom fields and more

# Import.
people-import-title = Import users
people-import-lead = From a table, as spreadsheets save it. You see what would change before anything does.
people-import-entry = The table
people-import-another = Another table
people-import-file = A CSV file
people-import-paste = Or paste it here
people-import-limits = At most { $lines } lines and { $mib } MiB, in UTF-8.
people-import-preview = Show what would change
people-import-template = Template
people-import-columns = Columns
people-import-rules = The first line names the columns, in any order; only user_id is needed. Users are found by it. An empty cell leaves what is there, a single hyphen takes it away. Several values in a cell are separated by |. Separators may be commas, semicolons or tabs.
people-import-large = The table is larger than 4 MiB, or broke off on its way. Nothing was changed. Split it.
people-import-empty = There is no table. Choose a file, or paste the lines. Nothing was changed.
people-import-moved = Changed meanwhile
people-import-moved-text = Somebody changed the configuration since this preview was made, so nothing was imported. Look at what would change now.
people-import-obstacle = Nothing can be imported
people-import-ignored = These columns are not read: { $names }. Call one property:name to keep it as a custom field.
people-import-seats = { $licence }: { $n } needed, { $released } given back, { $free }.
people-import-apply = { $n ->
    [one] Import 1 user
   *[other] Import { $n } users
}
people-import-all = All of it is done in one change, or nothing. Lines that are refused are left out.
people-import-wait = { $n ->
    [one] Importing 1 user…
   *[other] Importing { $n } users… this may take some seconds
}
people-import-reading = Reading the table…
people-import-busy = Others are importing
people-import-busy-text = Other tables are being read or imported just now, and nothing was done with yours. It is kept below; try again in a moment.
people-import-overtaken-text = The configuration was changed { $n } times while this import was prepared, so nothing was imported. Look at what would change now, and import it in a quieter moment.
people-import-own-mail = is your own e-mail address, where links to a new password are sent; change it under your own devices, where you are asked for your password
people-import-own-sign-in = would change how, or whether, you sign in yourself; leave user name, phone login and status of your own line as they are
people-import-line = Line
people-import-what = What
people-import-before = before
people-import-nothing = nothing
people-imported = Imported: { $added }, { $changed }.
people-line = Line { $n }
people-more-lines = and { $n } more lines, which are not shown
people-n-added = { $n } added
people-n-changed = { $n } changed
people-n-unchanged = { $n } unchanged
people-n-refused = { $n } refused
people-column-target = What they are named by. Somebody who is there is changed, somebody new is added.
people-column-first = First name; needed for new users.
people-column-last = Last name; needed for new users.
people-column-email = The address of the device Work Email, which is made if it is missing.
people-column-licence = FULL_USER or STAKEHOLDER_USER; new users get FULL_USER.
people-column-roles = Such as Standard User | Group Supervisor; new users get Standard User.
people-column-status = ACTIVE or INACTIVE; new users are active.
people-column-login = What they sign in with; the user ID unless said otherwise.
people-column-language = Such as en or pt-BR.
people-column-zone = Such as Europe/Oslo.
people-column-site = The name of a site.
people-column-supervisors = User IDs, of users here or in the table; new users get you.
people-column-phone-login = Digits.
people-column-external = Their key in another system.
people-column-property = A custom field called desk; any name will do.
