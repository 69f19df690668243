sign-in-title = Sign in
sign-in-email = E-mail address
sign-in-password = Password
sign-in-go = Sign in
sign-in-wrong = Address and password do not go together. Look at both and try again.
sign-in-too-many = Too many tries came from here. Wait a minute, then try again.
sign-in-nobody = This shop is not set up yet. Open the link that the service printed when it started. For a new one, run
sign-in-forgotten = Password forgotten?
sign-in-forgotten-how = Whoever keeps the machine gets you a link for a new one. The command is
sign-in-portal = You recommend this shop to friends? Your page is here.
done-signed-out = You are signed out.
done-password = Your new password holds. Everywhere else you are signed out.
done-setup = Your shop is set up. Three steps more, and the first friend can come.

password-new = New password
password-hint = At least ten characters; a short sentence is easy to keep in mind and hard to guess.
password-short = The password needs at least { $least } characters.
password-long = The password is too long; 200 characters are more than enough.
password-monotonous = The password has hardly any different characters.
password-common = This password is among the first that anybody tries. Take another.
password-named = The password is your name, your address or the shop's name. Take another.

reset-title = Choose a new password
reset-lede = With it you are signed in here and signed out everywhere else.
reset-go = Keep it and sign in
reset-closed-title = This link opens nothing any more
reset-closed-text = It was used or has expired: such a link works once, and not for long.
reset-closed-way = Ask whoever sent it for a new one; on the machine itself, hound admin reset EMAIL prints one.
invite-title = Welcome
invite-lede = You are invited to the desk of { $shop }. Choose a password, and you are in.

setup-title = Set up your shop
setup-lede = Five questions, and your first referrer can begin. All of it can be changed later.
setup-shop = 1. Your shop
setup-shop-name = Name of the shop
setup-shop-name-hint = Letters and pages show it.
setup-shop-url = Address of the shop, if it has one
setup-shop-url-hint = Referrers' links lead there, such as https://shop.example
setup-currency = Currency
setup-currency-hint = Three letters, such as EUR
setup-place = 2. Where you are and how you speak
setup-timezone = Time zone
setup-timezone-hint = Days and months begin by its clock, such as Europe/London
setup-locale = Language
setup-locale-hint = Of your pages, and of letters to those who have not chosen one
setup-promise = 3. What you promise
setup-percent = Commission in per cent
setup-percent-hint = Of the goods, without tax and shipping, for the first purchase of each new friend
setup-minimum = Paid out from
setup-minimum-hint = Less than this waits until more has come together
setup-monthly = Make payouts ready on the first of each month. Nothing is paid before you approve it.
setup-sentence = A usual friend earns the one who sent him { $earned } (for a purchase of { $purchase }), paid after { $count ->
    [one] one friend
   *[other] { $count } friends
}, at the latest on { $day }.
setup-sentence-open = A usual friend earns the one who sent him { $earned } (for a purchase of { $purchase }), paid after { $count ->
    [one] one friend
   *[other] { $count } friends
} and whenever you decide to pay out small sums.
setup-sentence-nothing = For a purchase of { $purchase } nobody earns anything yet.
setup-try = Work it out again
setup-you = 4. You, and letters
setup-name = Your name
setup-name-hint = Your colleagues see it.
setup-email = Your e-mail address
setup-email-hint = You sign in with it, and news for the owner goes there.
setup-letters-smtp = Letters leave through { $host } (set by HOUND_SMTP_HOST) and come from { $sender } (set by HOUND_SMTP_FROM).
setup-letters-file = Letters become files on this machine and reach nobody (set by HOUND_MAIL_MODE).
setup-letters-wait = Letters wait until HOUND_SMTP_HOST is set. None is lost.
setup-letter = Send me a test letter
setup-letter-subject = A test letter
setup-letter-text = If you read this, letters from { $shop } arrive.
setup-letter-sent = A test letter to { $email } has left. Look into your mailbox, and among the spam.
setup-letter-failed = The test letter did not go: { $why }
setup-key = 5. Your password
setup-go = Open the shop
setup-fault-shop_name = Give your shop a name of at most 255 characters.
setup-fault-shop_url = The address of the shop is no web address such as https://shop.example
setup-fault-currency = The currency is none of the codes such as EUR or GBP.
setup-fault-timezone = The time zone is none such as Europe/London. Choose one from the list.
setup-fault-percent = The commission is no number from 0 to 100 such as 10 or 7.5, with at most four decimals.
setup-fault-payout_minimum = The smallest payout is no amount such as 25 or 12.50
setup-fault-name = Tell your name, in at most 255 characters.
setup-fault-email = Your address is no e-mail address such as anna@example.com
setup-fault-rules = These rules cannot be kept: { $what }
setup-closed-title = This link opens nothing any more
setup-closed-text = It was used or has expired: a set-up link works once, for half an hour.
setup-closed-way = A new one is printed by hound admin setup-link, and by hound serve at its start.
setup-over-title = This shop is set up
setup-over-text = Somebody has answered the questions before, and signs in here.
setup-over-way = If that was you and the password is lost, hound admin reset EMAIL prints a link for a new one.
