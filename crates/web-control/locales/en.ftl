# The words of the pages about licences, configuration and operation, in English.

# Licences
control-licences = Licences
control-tab-numbers = Numbers
control-tab-holders = Who holds one
control-tab-curve = Over time
control-tab-why = Why somebody holds one
control-tab-ask = Ask your operator for more
control-full-users = Full users
control-stakeholders = Stakeholders
control-type = Licence type
control-unlimited = unlimited
control-lead = { $held } of { $all } full-user licences held, { $known }.
control-lead-unsure = { $held } active full users known here, { $all } licences allotted, { $known }.
control-lead-unlimited = { $held } full-user licences held of an unlimited number, { $known }.
control-lead-unlimited-unsure = { $held } active full users known here, an unlimited number of licences allotted, { $known }.
control-lead-unknown = { $held } full users hold a licence; how many there are is not known, { $known }.
control-lead-nothing = There is nothing to show about licences yet.
control-confirmed = confirmed { $at } at revision { $revision }
control-last-known = not confirmed: as of revision { $revision }, { $age } old
control-last-known-ageless = not confirmed: as of revision { $revision }, of unknown age
control-unconfirmed = Not confirmed just now
control-unconfirmed-text = { $cause } What you see is what this server knew last. Nobody loses a licence, and nobody is refused one because of this.
control-cause-timed-out = The database did not answer in time.
control-cause-unreachable = The database cannot be reached.
control-cause-went-back = The database is older than what this server has already seen; the operator has to look at it.
control-cause-damaged = A part of the stored configuration cannot be read; the operator has to look at it.
control-cause-drift = The count of licences, their ledger and the active people differ; the operator has to reconcile them.
control-cause-no-entitlement = Nobody has set how many licences this instance has; the operator has to.
control-cause-root = The digest of the configuration is not what it should be; the operator has to look at it.
control-cause-not-loaded = The server has just started.
control-held-of = { $held } of { $all } held
control-held-unlimited = { $held } held, unlimited
control-held-unknown = { $held } held of an unknown number
control-free = { $n ->
    [0] None is free.
    [one] 1 is free.
   *[other] { $n } are free.
}
control-free-unlimited = As many as you like are free.
control-free-unsure = How many are free is not certain now.
control-fact-allotted = Allotted
control-fact-enforcement = Enforcement
control-fact-room = Head-room
control-fact-validity = Valid
control-fact-since = Since revision
control-fact-contract = Contract
control-fact-signed = Signed by
control-fact-known = How we know
control-fact-held = Held
control-fact-held-since = Held since
control-enforced-never = never needed
control-enforced-hard = hard: nobody more
control-enforced-true-up = true-up: everybody is let in and settled later
control-enforced-soft = soft: { $percent } % more, at least { $floor }, for { $days } days
control-room = { $room } more for a limited time
control-room-since = { $room } more for a limited time; above the allotment since { $since }
control-valid-always = now, without an end
control-valid-until = now, until { $at }
control-valid-from = only from { $at }
control-valid-grace = ended; everything stays as it was until { $at }
control-valid-expired = ended, and its grace over since { $at }
control-unsure = These numbers are not certain
control-unsure-text = { $cause } Until then licences are given where there is room by every count, and nobody is denied one.
control-full = None is free
control-full-text = Everybody who holds a licence keeps it. Making or activating one more person is refused until somebody is deactivated or your operator allots more.
control-expired = The entitlement has ended
control-expired-text = It counted until { $at }. Everybody keeps their licence; nobody new gets one.
control-not-yet = The entitlement has not begun
control-not-yet-text = It counts from { $at }. Until then nobody new gets a licence.
control-grace = In its grace
control-grace-text = The entitlement has ended. Everything stays as it was until { $at }.
control-see-holders = See who holds them
control-rule = Who needs a licence
control-rule-text = An active person holds a licence of their type; an inactive person holds none. There is no other rule, and signing in, alerts and answers never ask for licences.
control-why-button = Explain
control-why-person = Name or user ID
control-why-hint = Part of a name is enough.
control-why-lead = Enter a name to see whether they hold a licence, since when, and why.
control-why-link = Why
control-why-holds = { $name } holds a licence ({ $licence }).
control-why-holds-none = { $name } holds no licence.
control-why-should-hold = { $name } should hold a licence ({ $licence }); the ledger could not be asked.
control-why-should-hold-none = { $name } should hold no licence; the ledger could not be asked.
control-why-active = Active people hold a licence of their type.
control-why-inactive = Inactive people need no licence.
control-why-not-there = They were removed from this instance, and the ledger still has their licence. The operator has to reconcile it.
control-why-books = The ledger of licences does not say what the configuration says. The operator has to reconcile it.
control-why-unsure-text = { $cause } What follows from the configuration this server has is shown instead.
control-why-nobody = Nobody found
control-why-nobody-text = There is nobody called “{ $text }” in this instance. Try part of a name, a user ID or an e-mail address.
control-why-several = Several people may be meant
control-since-revision = { $at }, revision { $revision }
control-holders-lead = { $n ->
    [one] 1 active person holds a licence of this type.
   *[other] { $n } active people hold a licence of this type.
}
control-holders-found = { $n ->
    [0] Nobody who holds a licence of this type fits.
    [one] 1 person who holds a licence of this type fits.
   *[other] { $n } people who hold a licence of this type fit.
}
control-holders-none = Nobody here
control-holders-none-text = No active person of this type fits. Clear the search, or choose the other type.
control-holders-without-ledger = The ledger could not be asked, so since when is not shown. The people are those this server knows.
control-search-people = Search people
control-not-known = not known
control-curve-lead = { $n ->
    [one] Licences held and allotted in the last day, day by day.
   *[other] Licences held and allotted in the last { $n } days, day by day.
}
control-curve-sentence = { $first } held { $n } days ago, { $last } now; { $taken } given and { $released } released in between.
control-curve-unsure = { $cause } The curve is drawn from the ledger, which could not be asked. Try again in a moment.
control-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
control-span = How far back
control-now = now
control-key-held = held
control-key-allotted = allotted
control-allotments = Changes of the allotment
control-ask-lead = Your operator allots licences. Here is all they need to know, and how sure it is.
control-ask-more = How many more
control-ask-update = Update
control-ask-subject = More licences for { $instance }
control-ask-wanted = { $n ->
    [one] Please allot us 1 more licence: { $total } altogether.
   *[other] Please allot us { $n } more licences: { $total } altogether.
}
control-ask-wanted-open = { $n ->
    [one] Please allot us 1 more licence.
   *[other] Please allot us { $n } more licences.
}
control-ask-instance = Instance
control-ask-who = Asked by
control-ask-mail = Write an e-mail
control-ask-operator = For the operator
control-ask-operator-text = The operator allots them in the operator console, or with this command on the server. Nobody loses a licence by it.
control-ask-console = Open the operator console
control-copy = Copy
control-copied = Copied

# Configuration
control-configuration = Configuration
control-configuration-lead = { $people } and { $groups } as of revision { $revision }.
control-tab-history = History
control-tab-at = At another time
control-tab-audit = Audit
control-tab-check = Check and export
control-fresh = How fresh this page is
control-fresh-shown = Newest revision here
control-fresh-instance = This instance last changed at
control-fresh-age = Known to be the newest
control-fresh-ago = { $age } ago
control-fresh-lease = Lease
control-fresh-lag = Revisions behind
control-fresh-reason = Because
control-state-ready = Ready
control-state-lagging = Lagging
control-state-stale = Serving what it has
control-state-quarantined = Quarantined
control-state-silent = Silent
control-state-joining = Joining
control-state-syncing = Loading
control-state-verifying = Verifying
control-export = Export
control-filter = Filter
control-kind = Kind
control-any-kind = Any kind
control-search-text = Text
control-revision = Revision
control-revision-title = Revision { $revision }
control-entity = entry
control-col-revision = Revision
control-col-when = When
control-col-who = Who
control-col-what = What
control-col-why = Why
control-col-field = Field
control-col-before = Before
control-col-after = After
control-col-person = Person
control-col-user-id = User ID
control-col-terms = Entitlement
control-nothing = nothing
control-added = Added
control-changed = Changed
control-removed = Removed
control-and-more = { $n ->
    [one] and 1 more
   *[other] and { $n } more
}
control-range = revisions { $first } to { $last }
control-searched = searched back to revision { $revision }; go on for older ones
control-history-empty = Nothing found
control-history-none = Nothing was changed yet.
control-history-none-found = No revision fits. Use fewer or shorter filters.
control-in-part = Searched in part
control-in-part-text = One of the revisions changed more than 5,000 entries; only its first 5,000 were searched for the text.
control-unread = The history cannot be read just now
control-unread-text = { $cause } Alerts are taken and sent all the same. Load the page again in a moment.
control-see-at = Everything as of this revision
control-older = Before: { $revision }
control-newer = After: { $revision }
control-part-of = { $n } of { $all } entries
control-only-secret = Only what is secret was changed. Secrets are never shown and never kept in the history.
control-instance-made = The instance was made.
control-more-lines = { $n ->
    [one] 1 more field differs.
   *[other] { $n } more fields differ.
}
control-entity-history-link = Its whole history
control-entity-lead = { $n ->
    [one] Changed by 1 revision that is known.
   *[other] Changed by { $n } revisions, newest first.
}
control-entity-cut = Only the newest { $n } changes are shown.
control-entity-page = Open its page
control-cut = There may be more
control-kind-instance = Instance
control-kind-site = Site
control-kind-person = Person
control-kind-device = Device
control-kind-group = Group
control-kind-shift = Shift
control-kind-absence = Absence
control-kind-form = Form
control-kind-integration = Integration
control-kind-silence = Silence
control-kind-window = Maintenance window
control-kind-api-key = API key
control-kind-password = Password
control-kind-entitlement = Entitlement
control-count-instance = the instance itself
control-count-site = { $n ->
    [one] 1 site
   *[other] { $n } sites
}
control-count-person = { $n ->
    [one] 1 person
   *[other] { $n } people
}
control-count-device = { $n ->
    [one] 1 device
   *[other] { $n } devices
}
control-count-group = { $n ->
    [one] 1 group
   *[other] { $n } groups
}
control-count-shift = { $n ->
    [one] 1 shift
   *[other] { $n } shifts
}
control-count-absence = { $n ->
    [one] 1 absence
   *[other] { $n } absences
}
control-count-form = { $n ->
    [one] 1 form
   *[other] { $n } forms
}
control-count-integration = { $n ->
    [one] 1 integration
   *[other] { $n } integrations
}
control-count-silence = { $n ->
    [one] 1 silence
   *[other] { $n } silences
}
control-count-window = { $n ->
    [one] 1 maintenance window
   *[other] { $n } maintenance windows
}
control-count-api-key = { $n ->
    [one] 1 API key
   *[other] { $n } API keys
}
control-count-password = { $n ->
    [one] 1 password
   *[other] { $n } passwords
}
control-count-entitlement = { $n ->
    [one] 1 entitlement
   *[other] { $n } entitlements
}
control-at-lead = Choose a time or a revision to see what the configuration was, and who was on call.
control-at-instant = Time
control-at-revision = Or revision
control-at-zone = In your zone, { $zone }
control-at-show = Show
control-at-no-instant = This is no time, such as 2026-03-02T09:30.
control-at-future = This lies in the future; see On call for what is planned.
control-at-no-revision = This is no revision, such as 1.42.
control-at-before = Before the beginning
control-at-before-text = The instance was not there yet. Choose a later time or revision.
control-at-found = The configuration as of revision { $revision }.
control-at-counts = What there was
control-at-on-call = On call at { $at }
control-at-on-call-more = { $n ->
    [one] On call at { $at }, without 1 more group
   *[other] On call at { $at }, without { $n } more groups
}
control-at-no-groups = There were no groups with shifts.
control-at-no-shift = no shift in force
control-at-shift = { $shift }: { $people }
control-at-replaced = { $name } for { $member }
control-at-away = { $member } away, nobody instead
control-at-inactive = { $member } inactive
control-nobody = nobody
control-check-lead = Compare what is stored of this instance with its digest, or take the configuration with you.
control-check-title = Verify this instance
control-check-text = Everything that is stored of this instance is read, and its digest compared with the one that was written with its last revision. Nothing is changed.
control-check-run = Verify now
control-check-good = Everything is as it was written
control-check-good-text = { $n ->
    [one] 1 entry was read and agrees with the digest of revision { $revision }.
   *[other] { $n } entries were read and agree with the digest of revision { $revision }.
}
control-check-bad = What is stored is not what was written
control-check-bad-text = The operator has to look at it: firebell config verify. What this server serves was verified when it was loaded.
control-check-busy = Somebody else is at it
control-check-busy-text = It is being verified already. Try again in a moment.
control-check-revision = Revision
control-check-entities = Entries
control-check-stored = Stored digest
control-check-computed = Digest of what is there
control-check-unreadable = Unreadable
control-export-text = A document for firebell apply: people, devices, groups, shifts and the rest, without passwords and keys.
control-export-button = Download
control-export-busy-text = Two exports are being made already. Try again in a moment.
control-export-failed = The export could not be made
control-export-failed-text = Nothing was changed. The cause is in the server's log.

# Audit
control-audit-lead = Every administrative act in this instance, each with the hash that chains it to the one before.
control-act = Act
control-any-act = Any act
control-act-change = Configuration changed
control-act-licence = Entitlement set
control-act-reconcile = Licences reconciled
control-act-instance = Instance made
control-act-session = Sessions ended
control-act-epoch = Epoch begun
control-act-repair = Digests repaired
control-act-snapshot = Snapshot approved
control-col-seq = No.
control-col-subject = On what
control-col-hash = Hash
control-details = Details
control-audit-range = { $first } to { $last }
control-audit-searched = searched back to { $seq }; go on for older ones
control-audit-none = Nothing found
control-audit-none-text = No act fits. Use fewer or shorter filters.
control-chain = The chain of the audit
control-chain-look = Check the chain of hashes
control-chain-whole = Unbroken
control-chain-whole-text = The chain of hashes was followed from its beginning to its end at { $at }: nothing was changed, removed or put in.
control-chain-whole-numbers = { $n ->
    [one] 1 act, followed at { $at }. The newest hash, to be noted elsewhere: { $hash }
   *[other] { $n } acts, followed from the first to the last at { $at }. The newest hash, to be noted elsewhere: { $hash }
}
control-chain-broken = Broken
control-chain-broken-text = The chain of hashes was followed at { $at } and is not whole: the audit was changed after it had been written. Tell your operator.
control-chain-broken-numbers = At { $at }, broken at act { $n }: { $what }. The database was changed by hand; compare with a backup.
control-chain-busy = Being checked
control-chain-busy-text = The chain is being followed just now. Load the page again in a moment.
control-back = Back

# Operator console
control-operator = Operator console
control-nobody-operates = Nobody operates this server yet
control-nobody-operates-unset = There are several instances, and it is not set whose administrators operate the server. Set operator_instance in the settings file, or FIREBELL_OPERATOR_INSTANCE in the environment, to the name of an instance, and start the server again. Until then firebell instance, firebell licence and firebell replica do the same on the command line.
control-nobody-operates-gone = operator_instance names an instance that is not there. Correct it in the settings file, or FIREBELL_OPERATOR_INSTANCE in the environment, and start the server again. Until then firebell instance, firebell licence and firebell replica do the same on the command line.
control-tab-instances = Instances
control-tab-nodes = Nodes
control-tab-acts = Audit across instances
control-instance = Instance
control-instance-id = ID
control-instances-lead = { $n ->
    [one] 1 instance, as of revision { $revision }.
   *[other] { $n } instances, as of revision { $revision }.
}
control-instances-none = No such instance
control-instances-none-text = No instance has a name with that text in it.
control-instances-unsure = The database could not be asked, so how many licences are held is not shown.
control-instances-unreadable = { $n ->
    [one] 1 instance cannot be read at all and is not listed; see firebell config verify.
   *[other] { $n } instances cannot be read at all and are not listed; see firebell config verify.
}
control-unreadable = Unreadable
control-search-instances = Search instances
control-of = { $held } of { $all }
control-region = Region
control-region-apac = Asia and the Pacific
control-region-emea = Europe, the Middle East and Africa
control-region-na = North America
control-people = People
control-groups = Groups
control-created = Made
control-create = New instance
control-create-lead = An instance is a tenant: its people, groups and alerts are apart from all others.
control-create-name = Name
control-create-name-hint = Lower-case letters, digits and inner hyphens, up to 63. It cannot be changed later.
control-create-name-fault = A name has 1 to 63 lower-case letters, digits and inner hyphens, such as northwind-2.
control-create-name-taken = There is an instance with this name already. Choose another.
control-create-region-fault = Choose one of the regions.
control-create-reason-default = made in the operator console
control-create-sentence = Make the instance { $instance } in { $region }?
control-create-follows = What follows
control-create-follows-licences = It is entitled to as many licences of both types as it likes, until you set something else.
control-create-follows-people = It has nobody yet. Make its first administrator on the server: firebell user create --instance { $instance } --role "Full Access User" …
control-create-follows-name = It cannot be renamed, and there is no way to remove it here.
control-create-warning-word = After this nobody can use this console
control-create-warning = With two instances it has to be set who operates the server. Set operator_instance (FIREBELL_OPERATOR_INSTANCE) to { $instance } first and start the server again, or do it afterwards.
control-create-do = Make the instance
control-created-toast = The instance { $instance } was made.
control-next = Next
control-change-entitlement = Change the entitlement
control-change-entitlement-of = Change the entitlement: { $type }
control-entitlement-title = { $type } of { $instance }
control-entitlement-lead = Now: { $terms }.
control-no-entitlement = not set
control-many = How many
control-many-limited = A number
control-many-unlimited = Unlimited
control-many-none = Not set: nobody new gets one, and nobody is told a limit
control-many-fault = Choose how many licences there are.
control-seats = Licences
control-seats-fault = Give a whole number from 0 to 4294967295.
control-strict-soft = Soft: some more for some time
control-strict-hard = Hard: nobody more
control-strict-true-up = True-up: everybody is let in
control-strict-fault = Choose what happens above the allotment.
control-soft-group = Head-room of soft enforcement
control-percent = Per cent more
control-percent-fault = Give a whole number from 0 to 100.
control-floor = At least
control-floor-fault = Give a whole number of people.
control-soft-days = For how many days
control-days-fault = Give a whole number of days.
control-from = From
control-until = Until
control-until-fault = The end must come after the beginning.
control-grace-days = Days of grace after the end
control-grace-fault = Give a whole number of days, or 0.
control-contract-fault = A contract has at most 200 characters.
control-reason = Why
control-set-reason-default = set in the operator console
control-preview = What would change
control-preview-do = Preview
control-preview-again = Preview again
control-preview-nothing = Nothing: it is so already.
control-preview-keeps = Nobody who holds a licence loses it, whatever the number.
control-preview-free = No guard holds this.
control-preview-held = A guard holds this until you approve it with a reason:
control-approval = Approval: why this is meant
control-approval-hint = It is kept in the audit for ever.
control-approval-fault = A guard holds this. Say why it is meant, or change it.
control-set = Set it
control-set-nothing = Nothing was changed: it is so already.
control-set-done = Set for { $instance } as of revision { $revision }.
control-caution-signed = It came from a signed file
control-caution-signed-text = Setting it here takes over from the file, and the serial numbers of files begin anew.
control-caution-none = Nobody will know how many there are
control-caution-none-text = Nobody new gets a licence, and nobody is told a limit. Everybody keeps theirs.
control-caution-below = Below what is held
control-caution-below-text = { $held } people hold a licence and { $all } would be allotted. Everybody keeps theirs; nobody new gets one beyond the head-room.
control-terms-from = from { $at }
control-terms-until = until { $at }
control-terms-grace = { $n ->
    [one] 1 day of grace
   *[other] { $n } days of grace
}
control-nodes-lead = { $n ->
    [0] No process reads this database's configuration now. The newest revision is { $revision }.
    [one] { $good } of 1 node is ready; the newest revision is { $revision }.
   *[other] { $good } of { $n } nodes are ready; the newest revision is { $revision }.
}
control-nodes-unread = The nodes cannot be read, because the database did not answer. This process says of itself:
control-nodes-none = No nodes
control-nodes-none-text = No process has said anything in the last hours. Processes that serve or follow appear here by themselves.
control-col-node = Node
control-col-state = State
control-col-applied = Applied
control-col-proven = Proven
control-col-lag = Behind
control-col-heard = Heard
control-col-digests = Root, fingerprint
control-col-reason = Reason
control-lag = { $n ->
    [0] up to date
    [one] 1 revision
   *[other] { $n } revisions
}
control-no-lease = none
control-digest-differs = differs from the head's
control-verify = Verify everything
control-verify-text = Everything that is stored of all instances is read and compared with the digests. It takes a while with much configuration, and changes nothing.
control-verified-text = { $n ->
    [one] 1 entry of { $instances } instances agrees with revision { $revision }. Root { $root }
   *[other] { $n } entries of { $instances } instances agree with revision { $revision }. Root { $root }
}
control-verified-bad-text = Look at firebell config verify, which can also repair it. Find out how it came about: was a database changed by hand?
control-wrong-digest = { $name }: stored { $stored }, computed { $computed }
control-head = the head
control-acts-lead = Every administrative act on this server, of all instances and of none.
control-acts-no-instance = No such instance
control-acts-no-instance-text = There is no instance of that name, so nothing is found.
control-all-instances = all
