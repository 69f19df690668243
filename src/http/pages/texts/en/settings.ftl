settings-back = All settings
settings-look-only = You may look at everything here. Only an owner changes it.
settings-set = Set
settings-unset = Not set
settings-once = It is shown only now: copy it before you leave this page.
settings-go-on = Go on
settings-terms = Rules
settings-terms-about = What you promise: the reward, how long to wait, when money is paid. Try a change on past sales first.
settings-state-terms = { $shop }, { $timezone }
settings-tiers = Tiers
settings-tiers-about = Grades of customers, such as gold, for which the rules may pay more.
settings-state-tiers = { $count ->
    [0] No tier
    [one] One tier
   *[other] { $count } tiers
}
settings-letters = Letters
settings-letters-about = Every letter in English and German: read it, send it to yourself, say it in your own words.
settings-state-letters = { $count ->
    [0] All in our words
    [one] One text in your own words
   *[other] { $count } texts in your own words
}
settings-look = Look
settings-look-about = Your logo and colour on all pages, your name and address under every letter.
settings-connections = Shops
settings-connections-about = The shops that send their orders here by themselves, and what they sent.
settings-state-connections = { $count ->
    [0] No shop is connected
    [one] One shop
   *[other] { $count } shops
}
settings-state-silent = { $count ->
    [one] one silent for a day
   *[other] { $count } silent for a day
}
settings-tokens = Tokens
settings-tokens-about = What a program needs to speak with us: your shop's server, a page in the browser, a report that fetches itself.
settings-webhooks = Webhooks
settings-webhooks-about = Programs of yours that are told at once what happens here, and what became of each message.
settings-state-webhooks = { $count ->
    [0] Nobody is told
    [one] One address
   *[other] { $count } addresses
}
settings-state-off = { $count ->
    [one] one switched off
   *[other] { $count } switched off
}
settings-team = Team
settings-team-about = Who signs in here and what each may do. Your own name, language and password.
settings-state-team = { $count ->
    [one] One person
   *[other] { $count } people
}
settings-payer = Paying
settings-payer-about = Your accounts as payment files name them, and PayPal if it shall pay by itself.
settings-audit = Audit log
settings-audit-about = Who did what and when. Nothing here can be changed or removed.
settings-backup = Backup
settings-backup-about = How to keep a copy of everything, and how to bring it back.
settings-installation = Installation
settings-installation-about = What the operator has set on the server: addresses, mail, limits.

settings-ago-now = just now
settings-ago-minutes = { $count ->
    [one] a minute ago
   *[other] { $count } min ago
}
settings-ago-hours = { $count ->
    [one] an hour ago
   *[other] { $count } hours ago
}
settings-ago-days = { $count ->
    [one] a day ago
   *[other] { $count } days ago
}

settings-who-operator = the operator, on the command line
settings-who-system = houndplan itself
settings-who-referrer = a referrer
settings-who-storefront = the shop { $source }
settings-who-token = a program with a token of the role { $role }

settings-fault-out-of-range = must be between { $least } and { $most }.
settings-fault-empty = must not be empty.
settings-fault-too-long = is too long: at most 255 characters.
settings-fault-control-character = holds a sign that cannot be shown. Please type it again.
settings-fault-whole-number = must be a whole number, such as 30.
settings-fault-percentage = must be a percentage from 0 to 100, such as 7.5.
settings-fault-sums = must be sums, such as 25 EUR or 25 EUR; 30 USD.
settings-fault-unknown-value = is none of the answers.
settings-fault-unknown-timezone = is no time zone, such as Europe/Berlin.
settings-fault-invalid-url = is no address, such as https://shop.example.
settings-fault-invalid-host = is no bare host name, such as blog.shop.example.
settings-fault-invalid-email = is no e-mail address, such as anna@example.com.
settings-fault-missing-field = is missing.
settings-fault-already-here = belongs to somebody who is here already.
settings-fault-wrong-password = is not your password.
settings-fault-invalid-origin = must be where a page lives, such as https://shop.example, without a path.
settings-fault-invalid-json = is no JSON object.
settings-fault-invalid-secret = is no secret of this kind: whsec_ and 24 to 64 bytes in Base64.
settings-fault-not-unique = is taken already.
settings-fault-too-many = is one more than there may be.
settings-fault-too-many-endpoints = There are as many addresses as there may be. Remove one first.
settings-fault-provider-in-use = Payouts are under way through the account that is connected. Change only its secret, or wait until they are done.

tiers-name = Short name
tiers-name-hint = Lower-case letters, digits and hyphens, such as gold. An existing one gets the new title.
tiers-title = Title
tiers-title-hint = As people read it, such as Gold customer.
tiers-since = Since
tiers-caption = Tiers
tiers-none = There is no tier yet. Make one below, give it to customers, and let the rules name it.
tiers-add = Make a tier, or give it another title
done-tier = The tier is kept.

tokens-role = May
tokens-role-owner = do everything (owner)
tokens-role-accountant = read everything (accountant)
tokens-role-storefront = report orders (a shop's server)
tokens-role-publishable = look up a code (a page in the browser)
tokens-role-referrer = read what is his (a referrer)
tokens-source = Shop
tokens-source-hint = For a shop's server: the shop it reports for. Empty means main.
tokens-origin = Page
tokens-origin-hint = For a page in the browser: where it lives, such as https://shop.example.
tokens-mode = Works on
tokens-mode-live = the real shop
tokens-mode-sandbox = the sandbox
tokens-days = Days
tokens-days-hint = It ends after so many days. We warn you 30 days before.
tokens-bound = Bound to
tokens-made-on = Made
tokens-used = Last used
tokens-never-used = never
tokens-state = State
tokens-action = Revoke
tokens-stands = until { $day }
tokens-expired = ended { $day }
tokens-revoked = revoked { $day }
tokens-caption = Tokens that programs hold
tokens-none = No program has a token yet. Make one below for your shop's server.
tokens-new = A new token
tokens-make = Make the token
tokens-revoke = Revoke
tokens-made = The token that may { $role }.
done-token-revoked = The token is revoked. Nobody gets in with it any more.

team-name = Name
team-email = E-mail
team-role = May
team-role-hint = An owner does everything. An accountant sees everything and changes nothing.
team-role-owner = do everything (owner)
team-role-accountant = look at everything (accountant)
team-language = Language
team-since = Since
team-actions = Change
team-caption = Who signs in here
team-you = you
team-waits = has not chosen a password yet
team-make-owner = Make owner
team-make-accountant = Make accountant
team-again = New link
team-remove = Remove
team-invite = Invite somebody
team-invite-about = You get a link to hand over. Whoever opens it chooses a password, so send it only to that person.
team-link = Hand this link to { $name }. It works once, until { $until }.
team-last-owner = Somebody who may do everything must stay, and must have chosen a password. Invite another owner first.
team-me = My name, language and password
team-back = Team
done-person-changed = Done. The next sign-in counts.
done-person-removed = Removed. Open sessions have ended.
me-about = About me
me-password = Change my password
me-password-about = Everywhere else you are signed out.
me-old-password = Your password now
me-new-password = Your new password
me-new-password-hint = At least { $count } characters. A sentence is easy to remember.
done-me = Your details are kept.
done-own-password = Your new password counts from now on.

look-logo = Logo
look-logo-alt = The logo of your shop
look-logo-none = No logo yet: pages show the shop's name.
look-logo-file = A picture
look-logo-hint = PNG or JPEG, at most { $kilobytes } KB. A wide one of about 80 pixels in height looks best.
look-logo-wrong = That is no PNG or JPEG picture, or it is too large.
look-logo-remove = Remove the logo
look-colour = Colour
look-colour-hint = Such as #1a56c4. Links and buttons take it; for dark screens we find a lighter shade ourselves.
look-colour-none = That is no colour. Write it as #1a56c4.
look-colour-light = Too light to be read on white: its contrast is { $contrast }, and it takes 4.5. { $darker } is near and dark enough.
look-colour-reset = Back to our colour
look-imprint = Under every letter
look-imprint-change = Change name and address in the rules
look-sender = Sender
done-look = That is how your pages look now.

payer-files = In payment files
payer-files-about = Leave empty what your bank does not need.
payer-name = Account holder
payer-name-hint = The firm, as its bank knows it.
payer-iban = IBAN
payer-iban-hint = The account that SEPA transfers are taken from.
payer-bic = BIC
payer-reference = What recipients read
payer-reference-hint = Empty means: { $ours }. {"{month}"} becomes the month.
payer-bank-routing = Routing number
payer-bank-routing-hint = Only in the United States: of the bank that takes your ACH files.
payer-bank-name = Name of that bank
payer-company-id = Company identification
payer-cheque = Cheques
payer-cheque-none = none
payer-cheque-en = in English
payer-cheque-de = in German
payer-letter-paper = The printer holds US letter paper
payer-finer = A table of your own or a template of Wise is set too. It stays as it is; change it at PATCH /v1/payer.
payer-connect = Connect PayPal
payer-connected = Connected since { $day }.
payer-not-connected = Not connected: approved PayPal payouts leave as a file.
payer-webhook = PayPal may report to:
payer-client-id = Client ID
payer-client-secret = Secret
payer-client-secret-hint = It is never shown again.
payer-automatic = Send approved batches by itself
payer-automatic-hint = Otherwise you press a button for each batch.
done-payer = The details are kept.
done-paypal = PayPal is connected.

installation-about = These are set on the server. Here you only see them; whoever runs the server changes them there.
installation-none = This process tells nothing about its settings.
installation-caption = Settings of the server
installation-name = Variable
installation-value = Value
installation-origin = Where from
installation-locked = locked
installation-flag = set on the command line
installation-variable = set by { $name }
installation-file = set by { $name }_FILE, from { $path }
installation-default = our default

backup-about = One command copies the whole ledger into one file while orders come in. Whoever runs the server gives it there:
backup-key = With --with-key the signing key goes along, sealed under HOUND_BACKUP_PASSPHRASE. Without it, keep the file signing.key in another place: no token and no secret works without it.
backup-shared = The ledger is on a PostgreSQL server. The same command copies it from there.
backup-folder = The ledger is in the folder
backup-restore = Bring a copy back
backup-restore-about = Stop the service first. What was there is kept beside it, and nothing is paid or sent until you have looked and said hound resume.
backup-schedule = Every night at three, with cron:
