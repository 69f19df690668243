home-title = So laufen die Empfehlungen
home-steps = Drei erste Schritte
home-step-done = Erledigt
home-step-connect = Laden verbinden
home-step-connect-hint = Dann kommt jede Bestellung von selbst, und Sie sehen, welchen Anteil am Umsatz Empfehlungen haben.
home-step-invite = Den ersten Menschen einladen, der Sie empfiehlt
home-step-invite-hint = Einen Kunden, der Sie schon mag: Er bekommt einen Link und einen Code zum Weitergeben.
home-step-test = Einen Probeverkauf machen
home-step-test-hint = Nichts davon ist echt: Es geschieht in der Probe-Umgebung, und Sie sehen, was aus einem Verkauf wird.
home-step-test-button = Probeverkauf machen
home-look-at-sandbox = Probe-Umgebung ansehen
done-test-sale = Der Probeverkauf ist gemacht. Das ist daraus geworden.
home-brought = Im { $month } haben Empfehlungen bisher { $amount } gebracht, aus { $count ->
    [one] einem Verkauf
   *[other] { $count } Verkäufen
  }. Im ganzen { $before } waren es { $earlier }.
home-cost = Sie haben { $amount } gekostet: { $commissions } Provision und { $discounts } Rabatt für Freunde. Das sind { $ratio } dessen, was sie gebracht haben.
home-cost-nothing = Gekostet haben sie noch nichts.
home-share = Das sind { $share } von allem, was Sie im { $month } verkauft haben ({ $sales }).
home-share-none = Im { $month } wurde noch kein Verkauf gemeldet.
home-as-of = Summen von
home-owed = Was Sie schulden, und wann
home-on-hold = In der Wartezeit
home-ready = Auszahlbar
home-in-transit = Unterwegs
home-owes-nothing = Sie schulden niemandem etwas.
home-next-run = Nächste Auszahlung:
home-run-when-approved = sobald jemand den Mindestbetrag erreicht
home-run-by-hand = wenn Sie eine anlegen
home-decide-waits = { $count ->
    [one] Sache wartet auf Ihre Entscheidung
   *[other] Sachen warten auf Ihre Entscheidung
  }
home-decide-none = Nichts wartet auf Sie.
home-money = Geldkontrolle
home-money-good = Nichts vergessen: Jeder geschuldete Cent ist in Bewegung.
home-money-all = Die ganze Liste
home-people = { $count ->
    [one] eine Person
   *[other] { $count } Personen
  }
home-since = seit
home-unmatched = { $count ->
    [one] Ein Verkauf, dem jemand von Hand zugeordnet werden muss
   *[other] { $count } Verkäufe, denen jemand von Hand zugeordnet werden muss
  }
home-silent = { $name } hat länger als sonst nichts geschickt
home-disagrees = Die Salden passen nicht zu dem, woraus sie bestehen. Rufen Sie „hound check“ auf und holen Sie Hilfe, bevor Sie jemanden auszahlen.
home-ledger-agrees = Bücher geprüft: Salden und Posten stimmen überein, Differenz 0, Stand
home-year = Die letzten zwölf Monate
home-chart-title = Was Empfehlungen brachten und kosteten, Monat für Monat
home-chart-desc = Balken zeigen, was Empfehlungen in jedem Monat brachten, die Linie, was sie kosteten. Der laufende Monat ist heller. Dieselben Zahlen stehen in der Tabelle darunter.
home-chart-key = Balken: gebracht. Linie: gekostet. Der laufende Monat ist heller.
home-chart-table = Dasselbe in Zahlen
home-month = Monat
home-orders = Alle Bestellungen
home-deals = Empfohlen
home-sales = Umsatz
home-brought-column = Gebracht
home-cost-column = Gekostet
home-share-column = Anteil am Umsatz
home-best = Wer in den letzten zwölf Monaten am meisten gebracht hat
home-referrer = Wer empfiehlt
home-earned = Verdient
home-last-deal = Letzter Verkauf
home-events = Was zuletzt geschah
home-no-events = Noch nichts. Hier steht bald die erste Bestellung oder die erste Einladung.
home-event-somebody = jemand
home-event-other = { $kind }
home-event-sale-recorded = { $verdict ->
    [attributed] Ein Verkauf kam herein: { $who } verdient { $amount }
    [held] Ein Verkauf kam herein und wartet auf Ihre Entscheidung
   *[other] Ein Verkauf kam herein, den niemand empfohlen hat
  }
home-event-sale-changed = { $verdict ->
    [attributed] Ein Verkauf hat sich geändert: { $who } verdient { $amount }
    [held] Ein Verkauf hat sich geändert und wartet auf Ihre Entscheidung
   *[other] Ein Verkauf hat sich geändert: Niemand verdient daran
  }
home-event-commission-approved = { $amount } für { $who } sind auszahlbar
home-event-payout_batch-prepared = Eine Auszahlung wurde vorbereitet
home-event-payout_batch-approved = Eine Auszahlung wurde freigegeben
home-event-payout_batch-cancelled = Eine Auszahlung wurde verworfen
home-event-payout-store_credit = { $who } bekommt { $amount } als Guthaben
home-event-payout-paid = { $who } hat { $amount } bekommen
home-event-payout-failed = Die Auszahlung von { $amount } an { $who } ist fehlgeschlagen
home-event-payout-returned = Die Auszahlung von { $amount } an { $who } kam zurück
home-event-adjustment-posted = { $amount } wurden für { $who } von Hand gebucht
home-event-referrer-enrolled = { $who } empfiehlt Sie jetzt
home-event-referrer-paused = { $who } pausiert
home-event-referrer-resumed = { $who } ist wieder dabei
home-event-code-issued = { $who } hat einen neuen Code
home-event-customer-merged = Zwei Kunden waren ein und derselbe
home-event-customer-erased = Jemand wurde auf seinen Wunsch gelöscht
home-event-introduction-registered = { $who } hat jemanden empfohlen
home-event-claim-filed = { $who } sagt: Diesen Kunden habe ich geschickt
home-event-claim-accepted = Der Anspruch von { $who } wurde anerkannt
home-event-claim-declined = Der Anspruch von { $who } wurde abgelehnt
home-event-claim-expired = Über den Anspruch von { $who } wurde nicht rechtzeitig entschieden
