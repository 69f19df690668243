join-title = Recommend { $shop }
join-lede = You like { $shop }? Send a friend, and be paid for it.
join-terms = What holds
join-reward = You get { $reward } for each new customer you send.
join-first-sale = A new customer's first purchase counts.
join-months = { $count ->
    [one] What a new customer buys within a month of the first purchase counts.
   *[other] What a new customer buys within { $count } months of the first purchase counts.
}
join-forever = Whatever a new customer buys, now and later, counts.
join-friend = Your friend saves { $saves }.
join-hold = { $count ->
    [one] The money is yours a day after the purchase, if nothing is returned.
   *[other] The money is yours { $count } days after the purchase, if nothing is returned.
}
join-minimum = You are paid as soon as { $minimum } is ready.
join-own = Your own purchases, and those of your household, earn no reward.
join-disclose = Whenever you recommend the shop, say that you get a reward.
join-data = Of your friends you learn nothing, and they need not give us anything of yours. You can have your data deleted at any time.
join-email = E-mail address
join-email-hint = Best the one under which you shop here.
join-email-wrong = This is not an e-mail address such as anna@example.com.
join-accept = I have read this (version { $version }) and accept it.
join-accept-first = Please accept what holds.
join-terms-changed = What holds has changed just now. Please read it once more.
join-go = Join
join-known = I recommend it already: show my rewards
join-closed = Just now nobody new can join.
join-sent = Thank you
join-sent-how = If the shop knows this address, your link is on its way to it. Otherwise the shop looks at your wish first and writes to you.
