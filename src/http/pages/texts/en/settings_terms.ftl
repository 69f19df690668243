terms-promise = A change counts for sales from now on. What was promised before stays promised.
terms-preview = Preview on past sales
done-terms = The rules are in force from now on.
terms-tried = What this would change
terms-tried-nothing-written = Tried on your latest sales. Nothing was written.
terms-tried-no-sales = There are no sales yet to try it on.
terms-tried-total = { $count ->
    [one] One sale in { $currency }, { $changed } of them would end otherwise
   *[other] { $count } sales in { $currency }, { $changed } of them would end otherwise
}
terms-tried-sales = Sales that would end otherwise
terms-tried-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
terms-column-sum = Sum
terms-column-before = As it stands
terms-column-after = As it would be
terms-column-order = Order
terms-column-version = Version
terms-column-since = In force since
terms-column-by = By
terms-column-changes = What changed
terms-sum-commission = Rewards
terms-sum-held = Rewards held back
terms-sum-bonus = Bonuses
terms-sum-discount = Friends' discounts
terms-outcome-attributed = { $amount }
terms-outcome-held = { $amount }, held back
terms-outcome-unattributed = nothing
terms-versions = Every version of the rules
terms-first-version = the first rules
terms-finer = Also in force: { $what }. This form leaves them as they are; PATCH /v1/program changes them.
terms-finer-rules = { $count ->
    [one] one finer rule
   *[other] { $count } finer rules
}
terms-finer-bonuses = { $count ->
    [one] one bonus
   *[other] { $count } bonuses
}
terms-finer-discounts = { $count ->
    [one] one discount for some tiers
   *[other] { $count } discounts by tier
}

terms-group-shop = The shop
terms-shop-name = Name of the shop
terms-shop-url = Address of the shop
terms-shop-url-hint = Where links lead, such as https://shop.example.
terms-allowed-hosts = Other hosts that links may lead to
terms-allowed-hosts-hint = Such as blog.shop.example; several with commas.
terms-currency = Currency
terms-currency-hint = Three letters, such as EUR.
terms-currencies = Currencies that earn
terms-currencies-hint = Empty means all.
terms-timezone = Time zone
terms-timezone-hint = Such as Europe/Berlin. Days, months and payout runs are cut there.
terms-closed = Closed to new sales
terms-closed-hint = Yes means that new sales earn nothing. What was earned stays.

terms-group-reward = The reward
terms-commission-type = Referrers earn
terms-commission-type-percent = a percentage of the goods
terms-commission-type-flat = a fixed sum per sale
terms-commission-rate = Percentage
terms-commission-rate-hint = Such as 10 or 7.5.
terms-commission-amounts = Fixed sum
terms-commission-amounts-hint = Such as 5 EUR; 6 USD.
terms-lifetime = For how long
terms-lifetime-first-sale = the friend's first purchase
terms-lifetime-months = every purchase for some months
terms-lifetime-forever = every purchase, for ever
terms-earning-months = Months, where it is for some
terms-earning-months-hint = 1 to 120, counted from the first purchase.
terms-touch = If several recommended
terms-touch-last = the last click counts
terms-touch-first = the first click counts
terms-window-days = Days a click counts
terms-introduction-days = Days an introduction counts
terms-introduction-days-hint = For friends whom somebody named before they bought.
terms-minimum-sale = Smallest sale that earns
terms-minimum-sale-hint = Goods without tax and shipping. Such as 20 EUR; empty means any.

terms-group-friend = What the friend gets
terms-discount-type = At the checkout
terms-discount-type-none = nothing
terms-discount-type-percent = a percentage off
terms-discount-type-flat = a fixed sum off
terms-discount-rate = Percentage off
terms-discount-amounts = Sum off
terms-discount-amounts-hint = Such as 5 EUR; 6 USD.

terms-group-payout = Waiting and paying
terms-hold-days = Days until a reward is theirs
terms-hold-days-hint = At least as long as goods may be returned. 0 pays at once.
terms-payout-minimum = Smallest payout
terms-payout-minimum-hint = Such as 25 EUR. Smaller sums wait for the next run.
terms-schedule = Prepare payout runs
terms-schedule-none = when I say so
terms-schedule-monthly = on the first of each month
terms-schedule-weekly = every Monday
terms-schedule-when-approved = as soon as somebody reaches the minimum
terms-approval = Who approves a run
terms-approval-one-person = one person
terms-approval-two-people = somebody other than who prepared it
terms-require-details = Pay only who told us where to
terms-require-details-hint = No means: who has told nothing is paid by hand.
terms-sweep-month = Month that pays small rests too
terms-sweep-month-hint = 12 is December, 0 is never.

terms-group-letters = Letters
terms-locale = Language
terms-locale-en = English
terms-locale-de = German
terms-locale-hint = For those who chose none.
terms-legal-name = Name by law
terms-postal-address = Postal address
terms-postal-address-hint = Both stand under every letter. Many countries ask for it.
terms-owner-email = Your address
terms-owner-email-hint = Gets the week's digest and what needs you.
terms-bundle-minutes = Minutes to gather news of a kind
terms-bundle-minutes-hint = More of a kind within this time comes as one letter. 0 sends each.

terms-group-caps = Limits and budget
terms-sale-floor = Least reward of a sale
terms-sale-cap = Most reward of a sale
terms-budget = Budget of the whole program
terms-budget-hint = Beyond it sales are held for you, never dropped.
terms-code-sales = Sales per code
terms-code-sales-hint = Empty means no limit.
terms-month-sales = Sales per referrer and month
terms-month-sales-hint = Empty means no limit.
terms-month-amounts = Rewards per referrer and month

terms-group-fraud = Caution and claims
terms-similar-contact = Hold orders whose buyer has the referrer's address, written differently
terms-shared-signals = Hold orders with the referrer's own address, payment or account
terms-disposable-mail = Hold orders from throw-away mailboxes
terms-stuffed-clicks = Hold orders after clicks from inside other pages
terms-click-seconds-min = Hold orders sooner than so many seconds after the click
terms-click-seconds-min-hint = 0 switches it off.
terms-referrer-orders-max = Hold beyond so many orders per referrer and hour
terms-referrer-orders-max-hint = 0 switches it off.
terms-block-orders-max = Hold beyond so many orders per referrer from one neighbourhood a day
terms-block-orders-max-hint = 0 switches it off.
terms-claim-days = Days to decide a claim
terms-claims-open-max = Open claims per referrer
