referrers-invite = Invite referrers
referrers-invite-first = Invite the first one
referrers-search = Name, e-mail address or code
referrers-state = State
referrers-state-all = All
referrers-state-active = Active
referrers-state-invited = Named, not enrolled
referrers-state-paused = Paused
referrers-none = Nobody recommends you yet. Invite somebody who likes your shop.
referrers-none-found = Nobody fits this search.
referrers-show-all = Show all
referrers-name = Name
referrers-code = Code
referrers-earned = Earned
referrers-on-hold = On hold
referrers-ready = Ready
referrers-in-transit = Under way
referrers-paid = Paid
referrers-details = Payout details
referrers-last = Last sale
referrers-in-file = In the customer file
referrers-sales = Sales
referrers-invited-why = A buyer named this person. Money is put aside, but nobody was enrolled yet: invite, and the letter with the link goes out.
referrers-enrol = Invite
referrers-pause = Pause
referrers-resume = Resume
referrers-sheet = Print sheet
referrers-money = Money
referrers-no-money = Nothing earned yet. The print sheet or a reminder may help.
referrers-paid-to = Paid by:
referrers-no-details = No payout details yet.
referrers-details-held = They were changed; nothing is paid before { $until }.
referrers-rail-manual = cheque or cash
referrers-rail-sepa = bank transfer (SEPA)
referrers-rail-ach = bank transfer (ACH)
referrers-rail-paypal = PayPal
referrers-rail-wise = Wise
referrers-rail-store_credit = store credit
referrers-rail-offset = set off
referrers-codes = Codes and links
referrers-no-code = There is no code that works.
referrers-retired = Retired
referrers-retire = Retire
referrers-bring-back = Bring back
referrers-qr = QR code
referrers-qr-alt = QR code that leads to { $link }
referrers-new-code = Another code
referrers-new-code-hint = 2 to 40 letters and digits, such as ANNA10. Leave it empty for a random one.
referrers-add-code = Add the code
referrers-ledger = Ledger
referrers-ledger-none = Nothing has moved yet.
referrers-day = Day
referrers-what = What happened
referrers-amount = Amount
referrers-currency = Currency
referrers-sale = sale
referrers-posted-accrue = Earned by a sale
referrers-posted-approve = Ready: the order can no longer be returned
referrers-posted-reserve = Put into a payout
referrers-posted-settle = Paid out
referrers-posted-fail = A payout was not made; the money is ready again
referrers-posted-return = A payout came back; the money is ready again
referrers-posted-reverse = Taken back after a return or change
referrers-posted-adjust = Correction
referrers-posted-open = Brought over from before
referrers-posted-forfeit = Given up
referrers-posted-forgive = Debt forgiven
referrers-posted-fee = A provider's fee
referrers-adjust = Correct by hand
referrers-adjust-hint = A correction stands in the ledger for ever, with your reason, and is paid or taken off with the next payout.
referrers-adjust-way = What do you do?
referrers-adjust-give = Give money
referrers-adjust-take = Take money back
referrers-adjust-why = Why?
referrers-adjust-do = Post the correction
referrers-fault-reason = Say why, in up to 255 characters: it stands in the ledger.
referrers-statements = Statements
referrers-month = Month
referrers-download = Download
referrers-letters = Letters
referrers-letters-none = No letter was written yet.
referrers-letter = Letter
referrers-when = When
referrers-letter-state = State
referrers-letter-is-queued = Waits to be sent
referrers-letter-is-sent = Sent
referrers-letter-is-bundled = Told in another letter
referrers-letter-is-declined = Not wanted
referrers-letter-is-undeliverable = Could not be delivered
referrers-letter-is-discarded = Dropped
referrers-letter-welcome = Welcome, here is your link
referrers-letter-sale_credited = A friend bought
referrers-letter-bonus_earned = A bonus
referrers-letter-you_did_not_know = You were named
referrers-letter-commission_approved = Money is ready
referrers-letter-commission_reduced = Money was taken back
referrers-letter-payout_sent = Money is on its way
referrers-letter-payout_failed = A payout failed
referrers-letter-payout_details_changed = Payout details changed
referrers-letter-details_missing = Payout details are missing
referrers-letter-claim_received = We have your claim
referrers-letter-claim_accepted = Your claim is right
referrers-letter-claim_declined = Your claim was declined
referrers-letter-login_link = A link to sign in
referrers-choices = Which letters, in which language
referrers-choices-kinds = Letters
referrers-language = Language
referrers-language-shop = The shop's
referrers-sheet-print = Print this page with your browser.
referrers-sheet-lede = Recommended to you by a friend. Use this code when you order:
referrers-sheet-gives = You save { $gives }.
referrers-sheet-disclosure = Whoever gave you this gets a reward if you buy.

invite-to-list = To the list
invite-one = One person
invite-name = Name
invite-email = E-mail address
invite-phone = Telephone
invite-phone-hint = Enough by itself if there is no e-mail address: print the sheet then.
invite-code = Code
invite-code-hint = Such as ANNA10. Leave it empty for a random one.
invite-do-one = Invite
invite-many = Many from the customer file
invite-many-why = You see first whom you invite and what they will read.
invite-who = Whom?
invite-all = All customers
invite-search = Those with this in their name
invite-q = Part of the name
invite-list = Those with these e-mail addresses
invite-mails = Addresses, as you paste them
invite-look = Look before sending
invite-preview = Look before sending
invite-count = { $count ->
    [0] Nobody is left to invite.
    [one] One person will be invited.
   *[other] { $count } people will be invited.
}
invite-count-already = { $count ->
    [one] One recommends you already.
   *[other] { $count } recommend you already.
}
invite-count-without-mail = { $count ->
    [one] One has no e-mail address and is left out. Invite that person alone, and print the sheet.
   *[other] { $count } have no e-mail address and are left out. Invite them one by one, and print the sheet.
}
invite-count-unknown = { $count ->
    [one] One address is not in your customer file and is left out.
   *[other] { $count } addresses are not in your customer file and are left out.
}
invite-count-more = There are more than fit into one go. Invite these, then come back for the rest.
invite-letter = The letter
invite-letter-why = The code and its link are examples: everybody is given one of his own.
invite-pace = Letters leave one after the other, and keep your quiet hours.
invite-confirm = { $count ->
    [one] Invite one person
   *[other] Invite { $count } people
}
invite-try = Send me a test letter
invite-tried = A test letter is on its way to { $email }.
invite-tried-off = This installation sends no letters yet; see Settings.
invite-tried-refused = The mail server did not take the test letter: { $why }
invite-sent = { $count ->
    [0] Nobody was left to invite.
    [one] One person is invited; the letter is on its way.
   *[other] { $count } people are invited; their letters are on their way.
}
invite-sent-more = { $count ->
    [one] One person is invited. There are more: invite again for the rest.
   *[other] { $count } people are invited. There are more: invite again for the rest.
}
invite-fault-who = Choose whom to invite.
invite-fault-search = Enter a part of the name.
invite-fault-list = There is no e-mail address in the list.
invite-fault-long-list = The list has more than 5,000 addresses. Paste it in parts.

desk-fault-invalid_email = The e-mail address is not one. An address looks like anna@example.com.
desk-fault-invalid_phone = The telephone number is not one. A number looks like +49 30 901820.
desk-fault-invalid_code = A code has 2 to 40 letters, digits, hyphens and underscores, no other signs.
desk-fault-code_taken = Somebody else has this code, or one that looks like it. Choose another.
desk-fault-key_missing = Enter an e-mail address or a telephone number.
desk-fault-too_long = A field has more than 255 characters.
desk-fault-control_character = A field holds a sign that nobody sees. Type it anew.
desk-fault-empty = A field holds only spaces.
desk-fault-amount = The amount is not clear. Write it like 49.90.

done-referrer-invited = Invited: the letter with the link is on its way.
done-referrer-known = This person recommends you already.
done-referrer-paused = Paused: new sales earn nothing, and nothing is paid until you resume.
done-referrer-resumed = Resumed.
done-referrer-code = The code works now.
done-referrer-code-changed = The code was changed.
done-referrer-adjusted = The correction is posted.
done-referrer-letters = Saved.
