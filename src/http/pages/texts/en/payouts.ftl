payouts-title = Payouts
payouts-ready = Ready
payouts-ready-none = Nobody's money is ready to be paid. It becomes ready when its hold is over.
payouts-ready-blocked-too = More than a hundred people have money here, so these sums include what is blocked. The review of a batch tells both apart.
payouts-people = { $count ->
    [one] to { $number } person
   *[other] to { $number } people
}
payouts-next-none = No day is set on which batches are prepared by themselves. Prepare one when you want to pay.
payouts-next-when-approved = A batch is prepared by itself as soon as somebody's money reaches the minimum. You approve it.
payouts-next-on = The next batch is prepared by itself on { $date }. You approve it.
payouts-new = New batch
payouts-open = In progress
payouts-open-none = No batch is under way.
payouts-blocked = Blocked
payouts-blocked-lede = These people have money here that the next batch would leave, and why
payouts-blocked-none = Nobody is blocked.
payouts-blocked-all = Everybody who is blocked
payouts-done = Done
payouts-done-none = No batch is done yet.
payouts-all-batches = All batches
payouts-who = Who
payouts-amount = Amount
payouts-why = Why
payouts-since = since
payouts-state = State
payouts-batch = Batch
payouts-how-many = Payouts
payouts-rail = Way
payouts-currency = Currency
payouts-paused = Nothing leaves the house:
payouts-paused-mend = Compare with the bank and the payout provider; then whoever runs the server types “hound resume”.

payouts-reason-below_minimum = less than the payout minimum; it carries over
payouts-reason-negative_balance = refunds after a payout left less than nothing; it is netted with what comes
payouts-reason-referrer_paused = the referrer is paused
payouts-reason-after_cutoff = became ready after the cutoff
payouts-reason-no_details = has not said where the money should go
payouts-reason-details_on_hold = changed where the money goes less than two days ago
payouts-reason-rail_does_not_pay_currency = this way of being paid does not know the currency
payouts-reason-beyond_rail_limits = this way of being paid does not carry the amount
payouts-reason-changed_before_approval = something changed before approval; it is paid next time
payouts-reason-ledger_disagrees = the items and the ledger disagree; have “hound check” read before anything is paid

payouts-rail-manual = by hand (cheque or transfer)
payouts-rail-sepa = SEPA transfer
payouts-rail-ach = ACH transfer
payouts-rail-paypal = PayPal
payouts-rail-wise = Wise
payouts-rail-store_credit = store credit
payouts-rail-offset = closed against each other, no money moves

payouts-batch-preparing = being put together
payouts-batch-prepared = to be reviewed
payouts-batch-approved = approved
payouts-batch-done = done
payouts-batch-cancelled = dropped
payouts-batch-of = Batch of { $date }
payouts-payouts = { $count ->
    [one] { $number } payout
   *[other] { $number } payouts
}
payouts-status-pending = waits for approval
payouts-status-approved = to be paid
payouts-status-submitting = being handed over
payouts-status-sent = with the provider
payouts-status-unknown = unclear, the provider is asked
payouts-status-paid = paid
payouts-status-failed = failed
payouts-status-returned = came back
payouts-status-cancelled = dropped

payouts-new-title = New batch
payouts-step-one = Step 1 of 3: until when, and who. Then you review what was prepared, and then it is paid.
payouts-nobody = A batch begun now would pay nobody.
payouts-until = Only what became ready up to this day
payouts-until-hint = Leave it empty to take everything up to now. What was taken back counts to date in any case.
payouts-sweep-ask = Pay rests below the minimum too
payouts-prepare = Prepare and review
payouts-prepare-hint = Nothing is paid by that: you see the batch and can drop it.
payouts-would-be-paid = Who would be paid now
payouts-new-more = More than a hundred people have money here; the review shows all of them.
payouts-bad-date = This is no date such as 2026-11-30.
payouts-future-date = The day lies ahead. Choose today or earlier.

payouts-step-two = Step 2 of 3: look at it. Nothing is paid before you approve.
payouts-step-three = Step 3 of 3: pay it by file or by provider, then say what became of it.
payouts-sum = { $count ->
    [one] { $sum } to { $number } person
   *[other] { $sum } to { $number } people
}
payouts-sum-none = No money moves by this batch.
payouts-preparing = The batch is being put together. This page looks again by itself.
payouts-look-again = Look again
payouts-approve = Approve
payouts-approve-hint = From then on the list is frozen. Whoever lost money, was paused or changed where the money goes since is left out and listed.
payouts-pay = Pay
payouts-execute-on = Day of execution
payouts-taken = taken before
payouts-files-hint = A payout that left in a file leaves by no other way. Give the file to your bank or provider, then say below what became of it.
payouts-file-sepa = SEPA file (pain.001)
payouts-file-ach = ACH file (NACHA)
payouts-file-paypal = PayPal list (CSV)
payouts-file-wise = Wise list (CSV)
payouts-file-manual = Cheques (PDF)
payouts-file-store_credit = Store credit list (CSV)
payouts-file-csv = Table of all payouts (CSV)
payouts-send = Send by PayPal and shop
payouts-send-not-connected = PayPal is not connected: take its list as a file, or connect it in
payouts-send-shop = Tell the shop to book store credit
payouts-sending = With the provider
payouts-sending-waiting = waits to be sent
payouts-sending-doubtful = sent, answer unclear
payouts-sending-taken = the provider has it
payouts-sending-done = done
payouts-sending-refused = refused
payouts-sending-undecided = you decide
payouts-report = What the bank says
payouts-report-hint = A status file (pain.002), an ACH return file, or a report of PayPal or Wise. The same file twice changes nothing.
payouts-report-file = File from the bank or provider
payouts-report-take = Read it
payouts-by-hand = Everything arrived
payouts-by-hand-hint = Say so when you have seen it at the bank. A single payout is settled on its own page.
payouts-reference = Reference
payouts-all-paid = Mark all as paid
payouts-by-way = What it comes to
payouts-changes = Other than last time
payouts-changes-caption = Compared with the batch before
payouts-then = Last time
payouts-now = This time
payouts-change = Difference
payouts-new-people = { $count ->
    [0] Nobody is new.
    [one] New: { $names }.
   *[other] { $number } people are new, among them { $names }.
}
payouts-missing-people = { $count ->
    [0] Nobody of last time is missing.
    [one] Missing: { $names }.
   *[other] { $number } people of last time are missing, among them { $names }.
}
payouts-paid-people = Who is paid
payouts-paid-all = All payouts of this batch
payouts-not-paid = Who is not paid, and why
payouts-not-paid-lede = People whom this batch left out, and why
payouts-not-paid-all = Everybody who was left out
payouts-facts = Kept with it
payouts-cutoff = What became ready before
payouts-sweep = Rests below the minimum too
payouts-prepared = Prepared
payouts-approved = Approved
payouts-by = { $when }, by { $name }
payouts-hash = Frozen list (SHA-256)
payouts-by-schedule = the calendar
payouts-by-program = a program or command
payouts-drop = Drop this batch
payouts-drop-hint = All its money is ready again.
payouts-back = Back
payouts-more = More
payouts-page-none = Nobody on this page.

payouts-report-title = What the file said
payouts-report-settled = { $count ->
    [0] Nothing new was booked.
    [one] { $number } payout was booked.
   *[other] { $number } payouts were booked.
}
payouts-report-caption = Lines of the file; those that were not booked come first
payouts-report-more = The file has more lines; these are the first 200.
payouts-line = Line
payouts-line-key = Payout
payouts-line-said = The file says
payouts-line-outcome = Taken as
payouts-line-settled = booked
payouts-line-unchanged = booked before
payouts-line-refused = contradicts what stands; not booked
payouts-line-in-progress = nothing final yet
payouts-line-other-amount = other amount; not booked
payouts-line-unknown = no payout of this batch
payouts-line-ambiguous = could be several; not booked

payouts-to = To
payouts-account = Account
payouts-ended = Last change
payouts-fee = Fee
payouts-say = What became of it
payouts-result = It
payouts-result-paid = arrived
payouts-result-failed = did not leave; the money is ready again
payouts-result-returned = came back; the money is ready again
payouts-reason-ask = Reason, if it did not arrive
payouts-lines = What it pays
payouts-lines-none = Nothing is kept of what it paid.
payouts-lines-caption = Commissions, later changes and adjustments
payouts-item = Item
payouts-sale = Sale
payouts-items = { $count ->
    [one] { $number } item in all
   *[other] { $number } items in all; these are the first 200
}
payouts-item-commission = Commission
payouts-item-change = Change of a commission
payouts-item-adjustment = Adjustment
payouts-released = open again
payouts-fee-ask = The bank took a fee
payouts-fee-hint = Your expense, never the referrer's. In the payout's currency, such as 0.35.
payouts-fee-book = Book the fee
payouts-bad-fee = This is no amount such as 0.35.

payouts-payer-title = Your accounts
payouts-payer-lede = Payment files name you as the one who pays. Fill in the group whose file you use.
payouts-payer-wanted = One thing is missing for this file:
payouts-payer-group-sepa = SEPA transfers
payouts-payer-group-ach = ACH transfers (United States)
payouts-payer-group-wise = Wise
payouts-payer-name = Name of the firm
payouts-payer-name-hint = As your bank knows it.
payouts-payer-iban = IBAN
payouts-payer-iban-hint = The account that transfers are taken from.
payouts-payer-bic = BIC
payouts-payer-bic-hint = Few banks still ask for it.
payouts-payer-reference = Text on the statement
payouts-payer-reference-hint = What recipients read; { "{month}" } becomes the month.
payouts-payer-bank_routing = Routing number
payouts-payer-bank_routing-hint = Of the bank that takes your file, nine digits.
payouts-payer-bank_name = Name of that bank
payouts-payer-bank_name-hint = Up to 23 characters.
payouts-payer-company_id = Company identification
payouts-payer-company_id-hint = As your bank gave it, often a 1 and the tax number.
payouts-payer-source_currency = Currency of your Wise balance
payouts-payer-source_currency-hint = Three letters such as EUR.
payouts-payer-header = First line of your Wise template
payouts-payer-header-hint = Copy it as Wise wrote it; leave it empty for payments by e-mail.
payouts-payer-wrong = { $label }: please check this.

payouts-fault-second_person_needed = Whoever prepared a batch may not approve it here. Ask a colleague to approve it.
payouts-fault-still_preparing = The batch is still being put together. Look again in a moment.
payouts-fault-batch_cancelled = This batch was dropped. Prepare a new one.
payouts-fault-already_sent = Some of its money has left, in a file or by a provider. Say what became of each payout instead.
payouts-fault-bad_result = Say what became of it; reference and reason must be short lines.
payouts-fault-outward_paused = Nothing leaves the house since the ledger was restored. Compare with the bank and the payout provider first; then whoever runs the server types “hound resume”.
payouts-fault-not_approved = This is not approved yet. Approve it first.
payouts-fault-not_paid_yet = Only a payout that counts as paid can come back. Say whether it was paid or failed.
payouts-fault-with_provider = The provider has this payout or may have it, and is being asked. It says by itself what became of it.
payouts-fault-already_settled = What became of this payout is known, and that stands. Only a paid one can still come back.
payouts-fault-exported = These payouts left in another file, which may be on its way to be paid. Say what became of them first.
payouts-fault-details_sealed = The bank details of a payout were sealed with another key. Enter them again.
payouts-fault-changed = Some of these payouts moved just now. Take the file again.
payouts-fault-nothing_to_pay = Nothing of this batch is still to be paid this way.
payouts-fault-does_not_fit = A payout does not fit this file. Take the table of all payouts to see which.
payouts-fault-no_provider = PayPal is not connected. Connect it in the settings, or take the list as a file.
payouts-fault-no_endpoint = No shop listens for store credit. Add a webhook for payout.store_credit in the settings.
payouts-fault-no_details = The receivers' details are missing or were sealed with another key.
payouts-fault-no_file = Choose a file first.
payouts-fault-unreadable_file = This is no status file that we can read: pain.002, an ACH return file, or a report of PayPal or Wise.
payouts-fault-invalid_date = The day of execution is no date.
payouts-fault-other_file = This file answers another payment file. Upload it to that one's batch.
payouts-fault-fee_stands = Another fee is booked already.
payouts-fault-nothing_moved = The items of this payout closed against each other; no money moved that could have cost anything.

done-payouts-approved = Approved. Now pay it.
done-payouts-dropped = Dropped. All its money is ready again.
done-payouts-settled = Booked, and everybody is told.
done-payouts-sent = Handed over. What became of it is told here.
done-payouts-one-settled = Booked.
done-payouts-fee-booked = The fee is booked.
done-payouts-payer-saved = Saved.
