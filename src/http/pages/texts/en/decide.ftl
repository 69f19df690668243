decide-empty = Nothing waits for you.
decide-empty-more = Whatever needs your word appears here: suspicious sales, claims of your referrers, entries of the customer file that may be one person.
decide-keys = With the keyboard: j and k go from card to card, a says yes, r says no.
decide-more = More decisions
decide-undo = Undo
decide-waits = { $what } – { $verb }. It is carried out in a few seconds.
decide-note-default = Decided at the desk
decide-note-add = Add a note
decide-note = Note, kept in the audit log
decide-age = { $count ->
    [0] Since today.
    [one] Since yesterday.
   *[other] For { $count } days, since { $day }.
}
decide-refused = Your last decision could not be carried out: { $why }

decide-sale-title = Order { $order } over { $amount }
decide-sale-link = See the sale
decide-sale-buyer = Bought by { $who }
decide-sale-hint = To "who sent you?" the buyer answered: { $who }
decide-sale-earns = { $who } would earn { $amount }, free on { $day }
decide-sale-evidence = What points to that: { $evidence }
decide-held-needs_match = The buyer named somebody whom we do not know by this name. Who was it?
decide-held-suspected_fraud = Something about this order is unusual, so nothing is paid before you have looked.
decide-held-over_cap = This commission is over a limit that you have set.
decide-sign-same_email = The buyer's mailbox is the referrer's own, written differently
decide-sign-same_phone = The buyer's telephone is the referrer's own, written differently
decide-sign-same_address = Sent to where the referrer's own orders went
decide-sign-same_payment = Paid with what the referrer pays with
decide-sign-same_account = The buyer is paid into the same account as the referrer
decide-sign-shared_payment = Paid with what other customers of this referrer paid with
decide-sign-disposable_email = The buyer's mailbox is one of those that anybody opens for an hour
decide-sign-stuffed_click = The click came from inside another page, not from a person
decide-sign-quick_order = Ordered within seconds of the click
decide-sign-many_orders = Unusually many orders for one referrer within an hour
decide-sign-many_orders_from_one_block = Unusually many orders for one referrer from one network
decide-trace-payment = { $count ->
    [one] One other customer paid with the same
   *[other] { $count } other customers paid with the same
}
decide-trace-hour = { $count ->
    [one] One order for this referrer in the hour before
   *[other] { $count } orders for this referrer in the hour before
}
decide-trace-network = { $count ->
    [one] One order from the same network in the day before
   *[other] { $count } orders from the same network in the day before
}
decide-do-release = Release
decide-do-deny = Nobody earns it
decide-do-credit = Credit
decide-credit-other = Credit somebody else
decide-who = Who sent the buyer?
decide-who-hint = A referrer's code or e-mail address

decide-claim-title = { $who } says: "I sent her"
decide-claim-why = Is that right?
decide-claim-order = Order named: { $order }
decide-claim-friend = Friend named: { $friend }, bought on { $day }
decide-claim-found = Order { $order } over { $amount } of { $day } was reported
decide-claim-no-order = No order with this number was reported
decide-claim-credited = It is credited to { $who }
decide-claim-stands = As it stands nobody earns it: { $why }
decide-claim-until = If you say nothing it ends on { $day }
decide-order = Order number
decide-reason = If not: why?
decide-do-accept = Accept
decide-do-decline = Decline
decide-decline-not_confirmed = Nothing shows that it is right
decide-decline-not_a_new_customer = The buyer had bought before
decide-decline-another_introduced = Somebody else introduced the buyer
decide-decline-own_purchase = It is his own purchase
decide-decline-order_returned = The order was cancelled or sent back
decide-decline-too_late = The purchase is too long ago

decide-merge-title = Two entries that may be one person
decide-merge-why = A report named both at once. Are they the same? Together they keep the first entry.
decide-merge-entry = { $count ->
    [0] { $who }, without orders
    [one] { $who }, one order
   *[other] { $who }, { $count } orders
}
decide-do-merge = One person: merge
decide-do-dismiss = Two people

decide-payout-title = Did { $amount } reach { $who }?
decide-payout-why = The provider no longer tells. Look at your account there before you answer.
decide-payout-account = Sent to { $account }
decide-do-paid = It arrived
decide-do-not-paid = It did not arrive

decide-debt-title = { $who } owes you { $amount }
decide-debt-why = Orders came back after they were paid out, and nothing was earned since { $day }. You can let it stand, or forgive it.
decide-do-forgive = Forgive

decide-unreachable-title = No letter reaches { $who }
decide-unreachable-why = Every letter came back. Ask for another address, or call.
decide-unreachable-addresses = Came back from: { $addresses }
decide-email = Another e-mail address
decide-do-new-address = Write there from now on

decide-join-title = { $who } would like to recommend you
decide-join-why = Nobody in your customer file has this address.
decide-join-terms = Version { $version } of your terms was accepted
decide-do-enrol = Welcome
decide-do-turn-down = Turn down

decide-verb-credit = credited to the referrer you named
decide-verb-release = released
decide-verb-deny = nobody earns it
decide-verb-accept = accepted
decide-verb-decline = declined
decide-verb-merge = merged
decide-verb-dismiss = two people
decide-verb-paid = it arrived
decide-verb-not_paid = it did not arrive
decide-verb-forgive = forgiven
decide-verb-new_address = a new address
decide-verb-enrol = welcomed
decide-verb-turn_down = turned down

decide-fault-who = Nobody has this code or address. Look the referrer up and enter his code.
decide-fault-order = No order with this number was reported. Enter another one, or decline.
decide-fault-reason = Choose why you decline; the referrer is told.
decide-fault-email = Enter an e-mail address such as anna@example.com.
decide-fault-note = The note may have 255 characters on one line.

decide-refused-unknown = what it was about is no longer there.
decide-refused-ended = somebody decided before.
decide-refused-unknown_referrer = this referrer is no longer there.
decide-refused-earns_nothing = a cancelled order or one of the past earns nothing.
decide-refused-nothing_held = nothing is held for anybody; name the referrer.
decide-refused-unknown_sale = no such order was reported.
decide-refused-claimed_before = another claim to this order was accepted.
decide-refused-credited_otherwise = you credited this order to somebody else.
decide-refused-no_debt = that much is not owed any more.
decide-refused-nameless = there is no address or number left to enrol by.

done-decide-undone = Taken back: nothing has happened.
done-decide-late = Too late: it has been carried out already.
done-decide-over = This was decided already.
