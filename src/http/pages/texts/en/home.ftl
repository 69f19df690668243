home-title = How introductions are doing
home-steps = Three first steps
home-step-done = Done
home-step-connect = Connect your shop
home-step-connect-hint = Then every order comes in by itself, and you see what share of all sales introductions are.
home-step-invite = Invite the first referrer
home-step-invite-hint = A customer who already likes you: he gets a link and a code to pass on.
home-step-test = Make a test sale
home-step-test-hint = Nothing is real: it happens in the sandbox, and you see what a sale makes of itself.
home-step-test-button = Make a test sale
home-look-at-sandbox = Look at the sandbox
done-test-sale = The test sale is made. This is what became of it.
home-brought = In { $month } introductions have brought { $amount } so far, from { $count ->
    [one] one sale
   *[other] { $count } sales
  }. In all of { $before } it was { $earlier }.
home-cost = They cost { $amount }: { $commissions } in commissions and { $discounts } in discounts for friends. That is { $ratio } of what they brought.
home-cost-nothing = They have cost nothing yet.
home-share = That is { $share } of everything you sold in { $month } ({ $sales }).
home-share-none = No sale has been reported in { $month } yet.
home-as-of = Sums as of
home-owed = What you owe, and when
home-on-hold = On hold
home-ready = Ready to be paid
home-in-transit = On its way
home-owes-nothing = Nobody is owed anything.
home-next-run = Next payout:
home-run-when-approved = as soon as somebody’s money reaches the minimum
home-run-by-hand = when you make one
home-decide-waits = { $count ->
    [one] thing waits for your decision
   *[other] things wait for your decision
  }
home-decide-none = Nothing waits for you.
home-money = Money check
home-money-good = Nothing forgotten: every cent that is owed is moving.
home-money-all = The whole list
home-people = { $count ->
    [one] one referrer
   *[other] { $count } referrers
  }
home-since = since
home-unmatched = { $count ->
    [one] One sale whose referrer must be matched by hand
   *[other] { $count } sales whose referrers must be matched by hand
  }
home-silent = { $name } has sent nothing for longer than usual
home-disagrees = The balances and what they are made of disagree. Run “hound check” and ask for help before you pay anybody.
home-ledger-agrees = Ledger checked: balances and what they are made of agree, difference 0, as of
home-year = The last twelve months
home-chart-title = What introductions brought and cost, month by month
home-chart-desc = Bars show what introductions brought in each month, the line what they cost. The running month is lighter. The same numbers stand in the table below.
home-chart-key = Bars: brought. Line: cost. The running month is lighter.
home-chart-table = The same in numbers
home-month = Month
home-orders = All orders
home-deals = Introduced
home-sales = All sales
home-brought-column = Brought
home-cost-column = Cost
home-share-column = Share of sales
home-best = Best referrers of the last twelve months
home-referrer = Referrer
home-earned = Earned
home-last-deal = Last sale
home-events = What happened last
home-no-events = Nothing yet. The first order or the first referrer will stand here.
home-event-somebody = somebody
home-event-other = { $kind }
home-event-sale-recorded = { $verdict ->
    [attributed] A sale came in: { $who } earns { $amount }
    [held] A sale came in and waits for your decision
   *[other] A sale came in that nobody was introduced for
  }
home-event-sale-changed = { $verdict ->
    [attributed] A sale changed: { $who } earns { $amount }
    [held] A sale changed and waits for your decision
   *[other] A sale changed: nobody earns it
  }
home-event-commission-approved = { $amount } for { $who } is ready to be paid
home-event-payout_batch-prepared = A batch of payouts was prepared
home-event-payout_batch-approved = A batch of payouts was approved
home-event-payout_batch-cancelled = A batch of payouts was cancelled
home-event-payout-store_credit = { $who } is to get { $amount } as store credit
home-event-payout-paid = { $who } was paid { $amount }
home-event-payout-failed = The payout of { $amount } to { $who } failed
home-event-payout-returned = The payout of { $amount } to { $who } came back
home-event-adjustment-posted = { $amount } was posted for { $who } by hand
home-event-referrer-enrolled = { $who } is a referrer now
home-event-referrer-paused = { $who } was paused
home-event-referrer-resumed = { $who } takes part again
home-event-code-issued = { $who } has a new code
home-event-customer-merged = Two customers turned out to be one
home-event-customer-erased = Somebody was erased at his own wish
home-event-introduction-registered = { $who } introduced somebody
home-event-claim-filed = { $who } says: I sent this customer
home-event-claim-accepted = The claim of { $who } was accepted
home-event-claim-declined = The claim of { $who } was declined
home-event-claim-expired = The claim of { $who } was not decided in time
