import-title = Bring in a file
import-lede = Your customers or past orders, from a spreadsheet, a till or another shop. You see what the file would bring before anything is written.
import-what = What is in the file
import-kind-customers = Customers
import-kind-customers-hint = one person a row: name, e-mail, telephone or customer number
import-kind-orders = Orders
import-kind-orders-hint = one order or order line a row: date, customer, amount
import-file = File
import-file-hint = Excel (.xlsx) or CSV, up to 16 MB. The first row names the columns, in English or German.
import-look = Look at the file
import-nothing-yet = Nothing is written yet.
import-owner-only = Only the owner can bring files in. You may look at what came in before.
import-before = Files that came in before
import-before-none = No file has come in yet. Choose one above: a customer list is a good start.
import-when = When
import-state = State
import-no-file = Choose a file first: the one you picked is empty, or none was picked.
import-state-running = being taken in
import-state-done = taken in
import-state-failed = could not be read
import-state-taken-back = taken back

import-would-filed = { $count ->
    [one] { $number } new customer
   *[other] { $number } new customers
}
import-would-recorded = { $count ->
    [one] { $number } row of new orders
   *[other] { $number } rows of new orders
}
import-would-known = { $count ->
    [one] { $number } row that is known already
   *[other] { $number } rows that are known already
}
import-would-differs = { $count ->
    [one] { $number } row of an order that was reported otherwise; it would stay as it is
   *[other] { $number } rows of orders that were reported otherwise; they would stay as they are
}
import-would-refunded = { $count ->
    [one] { $number } row of money that went back
   *[other] { $number } rows of money that went back
}
import-would-parked = { $count ->
    [one] { $number } row of money that went back for an order nobody has reported
   *[other] { $number } rows of money that went back for orders nobody has reported
}
import-would-skipped = { $count ->
    [one] { $number } row that is neither sold nor given back
   *[other] { $number } rows that are neither sold nor given back
}
import-would-refused = { $count ->
    [one] { $number } row that cannot be understood and would be left out
   *[other] { $number } rows that cannot be understood and would be left out
}
import-did-filed = { $count ->
    [one] { $number } new customer
   *[other] { $number } new customers
}
import-did-recorded = { $count ->
    [one] { $number } row of new orders
   *[other] { $number } rows of new orders
}
import-did-known = { $count ->
    [one] { $number } row that was known already
   *[other] { $number } rows that were known already
}
import-did-differs = { $count ->
    [one] { $number } row of an order that was reported otherwise; it stays as it was
   *[other] { $number } rows of orders that were reported otherwise; they stay as they were
}
import-did-refunded = { $count ->
    [one] { $number } row of money that went back
   *[other] { $number } rows of money that went back
}
import-did-parked = { $count ->
    [one] { $number } row of money that went back waits for its order
   *[other] { $number } rows of money that went back wait for their orders
}
import-did-skipped = { $count ->
    [one] { $number } row that is neither sold nor given back
   *[other] { $number } rows that are neither sold nor given back
}
import-did-refused = { $count ->
    [one] { $number } row could not be understood and was left out
   *[other] { $number } rows could not be understood and were left out
}
import-sum = { $count ->
    [one] { $number } order over { $sold }, of which { $refunded } went back
   *[other] { $number } orders over { $sold }, of which { $refunded } went back
}
import-outcome-filed = taken
import-outcome-recorded = taken
import-outcome-known = known
import-outcome-differs = stays as it was
import-outcome-refunded = taken
import-outcome-parked = waits
import-outcome-skipped = skipped
import-outcome-refused = left out

import-cause-cell_count = has more or fewer cells than the header row
import-cause-key_missing = names nobody: a customer number, an e-mail address or a telephone number is needed
import-cause-invalid_email = is not an e-mail address
import-cause-invalid_phone = is not a telephone number
import-cause-invalid_date = is not a date
import-cause-invalid_number = is not a number
import-cause-invalid_currency = is not a currency
import-cause-out_of_range = is out of range
import-cause-too_large = is too large
import-cause-too_long = is too long
import-cause-too_many = holds too much
import-cause-differs = contradicts another row of the same order
import-cause-missing = is missing
import-cause-unknown_status = is not a state of an order
import-cause-order_refused = another row of the same order cannot be understood
import-cause-sale_differs = this order was reported before with other content

import-problem = { $said }
import-problem-decimal = The file never shows whether 1.234 is a little over one or over a thousand. Choose below how it writes amounts.
import-problem-dates = The file never shows whether 03/04 is the 3rd of April or the 4th of March. Choose below how it writes dates.
import-problem-customer = No column was recognised that names a customer. Choose below which column is the customer number, the e-mail address or the telephone number.
import-problem-date = No column was recognised as the date of the order. Choose it below.
import-problem-amount = No column was recognised as an amount. Choose below which one is the total or a price.
import-problem-column = A chosen column is not in the file. Choose the columns again below.
import-problem-empty = The file is empty.
import-problem-old = This is an old Excel file (.xls) or one with a password. Save it as .xlsx without a password, or as CSV.

import-preview-title = What the file would bring
import-changed = You changed something, so the file was read again. These are the new numbers; take it in when they are right.
import-reading = We are reading the file. This page looks again by itself.
import-look-again = Look again
import-unreadable = The file cannot be read like this
import-would = Taking it in would bring
import-would-nothing = Nothing: there are no rows below the header.
import-take = Take it in
import-other-file = Choose another file
import-columns = Columns
import-columns-lede = This is what each column is taken for. Put right what was guessed wrong.
import-header = Column in the file
import-meaning = Taken for
import-examples = First rows
import-no-header = (no name)
import-not-used = not used
import-twice = Two columns are taken for “{ $meaning }”. Leave one.
import-bad-source = The name of the storefront must be one short line.
import-time = When these orders were made
import-time-past = In the past: they tell old customers from new ones and earn no commission.
import-time-new = They are new: commissions are booked, and referrers are told.
import-more = Dates, amounts, storefront
import-guess = guess
import-dates = How dates are written
import-decimal = How amounts are written
import-currency = Currency where the file names none
import-source = Storefront
import-source-hint = Whose customer and order numbers these are. Leave it unless you have several shops.
import-again = Read again with these choices
import-send-again = Nothing of this file could be read. Save it again as .xlsx or CSV and choose it once more.
import-gone = The file itself is no longer kept. Choose it again to take it in.
import-remarks = Rows to look at
import-remarks-caption = Rows that were left out or changed, the first 20
import-row = Row
import-row-number = Row { $row }
import-column = Column
import-cause = Cause
import-outcome = Outcome
import-refused-csv = All rows left out, as CSV

import-result-title = What the file brought
import-running = The file is being taken in. This page looks again by itself.
import-progress = { $position } of { $units } done.
import-did = The file brought
import-next = Next
import-invite-lede = These customers can now recommend you. Invite them all at once, with a look at the letter first.
import-invite = Invite them
import-undo-title = Was that the wrong file?
import-undo-lede = The new customers of this file can be taken out again: those who have bought nothing since, introduced nobody and are in no other list. What the file added to customers you knew before stays.
import-undo = Take them out again
import-taken-back = Taken back on { $when }.
import-removed = { $count ->
    [0] Nobody was taken out,
    [one] { $number } customer was taken out,
   *[other] { $number } customers were taken out,
} { $kept } stayed because something else speaks of them.
import-orders-stay = Orders stand in the books and cannot be taken back in one piece; cancel a single one on its own page.

import-column-order_id = Order number
import-column-occurred_at = Date of the order
import-column-time = Time of the order
import-column-customer_id = Customer number
import-column-email = E-mail
import-column-phone = Telephone
import-column-name = Name
import-column-first_name = First name
import-column-last_name = Last name
import-column-sku = Article number
import-column-product = Article
import-column-category = Category
import-column-quantity = Quantity
import-column-unit_price = Price of one
import-column-line_total = Price of the line
import-column-line_discount = Discount on the line
import-column-discount = Discount on the order
import-column-subtotal = Goods before discount
import-column-tax = Tax
import-column-shipping = Shipping
import-column-total = Total
import-column-refunded = Refunded
import-column-refund_of = Credit note for order
import-column-currency = Currency
import-column-code = Code at checkout
import-column-status = State
import-column-paid_at = Paid on
import-column-cancelled_at = Cancelled on
import-column-referred_by = Recommended by
import-column-first_order_at = First order on
import-column-orders_before = Orders so far
