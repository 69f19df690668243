# English. A folder named by HOUND_TEMPLATES_DIR replaces any of these by name, in en.ftl or en/<kind>.ftl.
# $amount and other sums, days and shares come written as the language writes them.

hello = Hello { $name },
hello-nobody = Hello,
our-shop = our shop
shop-at = { $shop } ({ $shop_url })
some-reward = a reward
and = { $first } and { $second }
more-lines = and { $count } more
see-money = See your money: { $portal }
footer-reply = Questions? Just reply.
footer-stop = No more letters of this kind: { $stop }
footer-choose = Which letters you get: { $stop }

welcome-subject = Your link for { $shop }
welcome-subject_short = Your link
welcome-link = Here is your link for { $shop }:
welcome-code = At the checkout this code works too: { $code }
welcome-code_only = Here is your code for { $shop }, to be given at the checkout: { $code }
welcome-later = You are enrolled at { $shop }. Your link will follow.
welcome-promise = Send it to people who may like the shop. Your reward for each new customer: { $promise }. We write to you at once when somebody buys.
welcome-disclose = Whenever you share it, please add: "I get a reward if you buy."
welcome-why = You get this letter because you were enrolled to recommend { $shop }.

sale_credited-subject = A friend bought at { $shop }: { $amount } for you
sale_credited-subject_short = A friend bought: { $amount } for you
sale_credited-fact = A friend you sent to { $shop } has bought, and you earned { $amount }.
sale_credited-held = It is on hold until { $due }, because the order can still be returned until then. After that day it is yours and goes out with your next payout.
sale_credited-free = It is yours and goes out with your next payout.
sale_credited-link = Thank you. Your link keeps earning:
sale_credited-why = You get this letter because you recommend { $shop }.
sale_credited-many_subject = { $count } friends bought: { $amount } for you
sale_credited-many = { $count } friends you sent to { $shop } have bought, and you earned { $amount } in all:
sale_credited-line = { $amount }, on hold until { $due } in case of a return
sale_credited-line_free = { $amount }, yours now

bonus_earned-subject = A bonus of { $amount } from { $shop }
bonus_earned-subject_short = A bonus of { $amount }
bonus_earned-fact = You have sent so many friends to { $shop } that you earned a bonus: { $amount }, on top of what each of them brought you.
bonus_earned-held = It is on hold until { $due }, because the order that earned it can still be returned until then. After that day it is yours.
bonus_earned-free = It is yours and goes out with your next payout.
bonus_earned-link = Thank you. Your link keeps earning:
bonus_earned-why = You get this letter because you recommend { $shop }.
bonus_earned-many_subject = { $count } bonuses: { $amount } for you
bonus_earned-many = You have sent so many friends to { $shop } that you earned { $count } bonuses, { $amount } in all:
bonus_earned-line = { $amount }, on hold until { $due } in case of a return
bonus_earned-line_free = { $amount }, yours now

you_did_not_know-subject = { $shop } owes you { $amount }
you_did_not_know-subject_short = We owe you { $amount }
you_did_not_know-fact = Somebody bought at { $place } and said that you sent them. We pay for that: { $amount } waits for you.
you_did_not_know-fact_held = Somebody bought at { $place } and said that you sent them. We pay for that: { $amount } waits for you, on hold until { $due } in case the order is returned.
you_did_not_know-reply = To be paid, just reply. If it was not you, tell us the same way.
you_did_not_know-link = To earn more, share your link, and say that you get a reward:
you_did_not_know-why = We have your address because you are a customer of { $shop } yourself.

commission_approved-subject = { $amount } is ready
commission_approved-fact = The return period of your friend's order at { $shop } is over: { $amount } is now yours.
commission_approved-next = It goes out with your next payout. You need not do anything.
commission_approved-link = Your link keeps earning:
commission_approved-why = You get this letter because you recommend { $shop }.
commission_approved-many_subject = { $amount } is ready
commission_approved-many = The return period of { $count } orders of your friends at { $shop } is over: { $amount } is now yours.
commission_approved-line = { $amount }

commission_reduced-subject = { $amount } taken back: order returned
commission_reduced-subject_short = { $amount } taken back
commission_reduced-fact = An order that you brought to { $shop } was returned or changed, so we took back { $amount } of your reward for it.
commission_reduced-from_to = It was { $before } and is now { $remaining }.
commission_reduced-now = It is now { $remaining }.
commission_reduced-calm = You did nothing wrong. If you were paid already, send nothing back: we take it off your next reward.
commission_reduced-why = You get this letter because it is about your money at { $shop }.
commission_reduced-many_subject = { $amount } taken back: { $count } orders returned
commission_reduced-many = { $count } orders that you brought to { $shop } were returned or changed, so we took back { $amount } of your rewards for them:
commission_reduced-line = { $amount } taken back, { $remaining } left

payout_sent-subject = { $amount } is on its way
payout_sent-fact = We have sent you { $amount } for the customers you brought to { $shop }. Thank you.
payout_sent-reference = Reference: { $reference }
payout_sent-wait = It may take a few working days to arrive. If it has not come after ten, reply and we look for it.
payout_sent-why = You get this letter because it is about your money at { $shop }.

payout_failed-subject = We could not pay you { $amount }
payout_failed-fact = We tried to pay you { $amount } for the customers you brought to { $shop }, and it did not go through.
payout_failed-reason = The reason we were given: { $reason }
payout_failed-safe = Your money is safe: it stays on your account with us and we will pay it again. Please reply, so that we can put your payout details right.
payout_failed-why = You get this letter because it is about your money at { $shop }.

payout_details_changed-subject = Your payout details at { $shop } changed
payout_details_changed-subject_short = Your payout details changed
payout_details_changed-fact = Where { $shop } sends your money was changed. It now goes to: { $reference }
payout_details_changed-held = To keep it safe, nothing is paid out before { $due }.
payout_details_changed-removed = Where { $shop } sends your money was removed. Nothing is paid out until you tell us again.
payout_details_changed-yours = If this was you, there is nothing to do. If it was not, reply to this letter at once.
payout_details_changed-why = You get this letter because it is about your money at { $shop }.

details_missing-subject = { $shop }: where shall we send your money?
details_missing-subject_short = Where shall we send your money?
details_missing-fact = { $amount } from { $shop } is yours and ready, and we do not know where to send it.
details_missing-tell = Please tell us how you would like to be paid; just reply to this letter. Your money waits for you.
details_missing-why = You get this letter because it is about your money at { $shop }.

claim_received-subject = { $shop } has your note
claim_received-subject_short = We have your note
claim_received-fact = We have your note that you sent a customer to { $shop }. Thank you for telling us.
claim_received-by = We compare it with our orders and write to you again by { $due }. There is nothing more you need to do.
claim_received-later = We compare it with our orders and write to you again. There is nothing more you need to do.
claim_received-why = You get this letter because you told us of a purchase at { $shop }.

claim_accepted-subject = You are right: { $shop } credits you
claim_accepted-subject_short = You are right: credited to you
claim_accepted-fact = You told us that you sent a customer to { $shop }, and you are right: the purchase is now credited to you.
claim_accepted-rules = What it earns stands on your account with us, under the rules of the day of the purchase. Thank you.
claim_accepted-link = With your link we notice by ourselves:
claim_accepted-why = You get this letter because you told us of a purchase at { $shop }.

claim_declined-subject = Your note to { $shop }: not credited
claim_declined-subject_short = Your note: not credited
claim_declined-fact = You told us that you sent a customer to { $shop }. We looked at it and cannot credit the purchase to you.
claim_declined-reason = The reason: { $reason }
claim_declined-thanks = Thank you for telling us all the same. If you know more than we do, please reply.
claim_declined-why = You get this letter because you told us of a purchase at { $shop }.

login_link-subject = Sign in to your rewards at { $shop }
login_link-subject_short = Sign in to your rewards
login_link-link = Here is the link that shows you your rewards at { $shop }:
login_link-once = It works once and for 15 minutes.
login_link-calm = If you did not ask for it, there is nothing to do: without this letter nobody gets in.
login_link-why = You get this letter because somebody asked for it with your address.

reason-not_confirmed = We could not confirm that this purchase came through you.
reason-not_a_new_customer = The buyer was our customer before.
reason-another_introduced = Another recommendation weighed more for this purchase.
reason-own_purchase = Your own purchases, and those of your household, earn no reward.
reason-order_returned = The order was cancelled or sent back.
reason-too_late = The purchase is too long ago.
reason-not_decided = We could not look into it in time; you may tell us again.

owner-somebody = somebody
owner-why = You get this letter because it is the owner's address of { $shop }.
owner-payout_failed-subject = We could not pay { $about } { $amount }
owner-payout_failed-fact = A payout of { $amount } to { $about } did not go through.
owner-payout_failed-reason = The reason we were given: { $reason }
owner-payout_failed-look = The money is back on the account and waits for the next run. { $about } was told, too. See GET /v1/payouts.
owner-weekly_digest-subject = { $count ->
    [one] { $count } thing to decide, { $amount } ready
   *[other] { $count } things to decide, { $amount } ready
}
owner-weekly_digest-fact = { $count ->
    [one] One decision waits for you,
   *[other] { $count } decisions wait for you,
} and { $amount } is ready to be paid to { $people ->
    [one] one person
   *[other] { $people } people
}.
owner-weekly_digest-look = Decisions stand at GET /v1/decisions; POST /v1/payout-batches prepares the next run.
owner-run_reminder-subject = { $people ->
    [one] Pay one person { $amount }
   *[other] Pay { $people } people { $amount }
}
owner-run_reminder-fact = { $amount } is ready for { $people ->
    [one] one person
   *[other] { $people } people
}, and no run was prepared this month.
owner-run_reminder-look = POST /v1/payout-batches prepares it; nothing is paid before you approve.
owner-no_orders-subject = { $shop }: no orders seen for 24 h
owner-no_orders-fact = The shop { $about } reported last on { $since } and has been silent since.
owner-no_orders-look = If there were orders, look whether its webhooks are still on, and at GET /v1/inbound-deliveries; hound doctor tells more.
owner-endpoint_disabled-subject = A webhook to { $about } was switched off
owner-endpoint_disabled-fact = { $about } took none of our webhooks for days, or said that it is gone, so the endpoint was switched off.
owner-endpoint_disabled-look = Mend it, then switch it on at PATCH /v1/webhook-endpoints and send again what it missed.
