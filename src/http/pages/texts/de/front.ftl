sign-in-title = Anmelden
sign-in-email = E-Mail-Adresse
sign-in-password = Passwort
sign-in-go = Anmelden
sign-in-wrong = Adresse und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal.
sign-in-too-many = Von hier kamen zu viele Versuche. Warten Sie eine Minute und versuchen Sie es dann noch einmal.
sign-in-nobody = Dieser Laden ist noch nicht eingerichtet. Öffnen Sie den Link, den der Dienst beim Start gezeigt hat. Einen neuen gibt
sign-in-forgotten = Passwort vergessen?
sign-in-forgotten-how = Wer den Rechner betreut, holt Ihnen einen Link für ein neues. Der Befehl heißt
sign-in-portal = Sie empfehlen diesen Laden weiter? Hier geht es zu Ihrer Seite.
done-signed-out = Sie sind abgemeldet.
done-password = Ihr neues Passwort gilt. Überall sonst sind Sie abgemeldet.
done-setup = Ihr Laden ist eingerichtet. Noch drei Schritte, und die erste Empfehlung kann kommen.

password-new = Neues Passwort
password-hint = Mindestens zehn Zeichen; ein kurzer Satz ist leicht zu merken und schwer zu erraten.
password-short = Das Passwort braucht mindestens { $least } Zeichen.
password-long = Das Passwort ist zu lang; 200 Zeichen sind mehr als genug.
password-monotonous = Das Passwort hat kaum verschiedene Zeichen.
password-common = Dieses Passwort wird als eines der ersten ausprobiert. Nehmen Sie ein anderes.
password-named = Das Passwort ist Ihr Name, Ihre Adresse oder der Name des Ladens. Nehmen Sie ein anderes.

reset-title = Neues Passwort wählen
reset-lede = Damit sind Sie hier angemeldet und überall sonst abgemeldet.
reset-go = Speichern und anmelden
reset-closed-title = Dieser Link öffnet nichts mehr
reset-closed-text = Er wurde schon benutzt oder ist abgelaufen: Ein solcher Link gilt einmal und nicht lange.
reset-closed-way = Bitten Sie, wer ihn geschickt hat, um einen neuen; am Rechner selbst zeigt ihn hound admin reset EMAIL.
invite-title = Willkommen
invite-lede = Sie sind an den Schreibtisch von { $shop } eingeladen. Wählen Sie ein Passwort, und Sie sind drin.

setup-title = Ihren Laden einrichten
setup-lede = Fünf Fragen, und die erste Empfehlung kann losgehen. Alles lässt sich später ändern.
setup-shop = 1. Ihr Laden
setup-shop-name = Name des Ladens
setup-shop-name-hint = So steht er in Briefen und auf Seiten.
setup-shop-url = Adresse des Ladens im Netz, falls es eine gibt
setup-shop-url-hint = Dorthin führen die Links der Empfehlenden, etwa https://laden.example
setup-currency = Währung
setup-currency-hint = Drei Buchstaben, etwa EUR
setup-place = 2. Wo Sie sind und wie Sie sprechen
setup-timezone = Zeitzone
setup-timezone-hint = Nach ihrer Uhr beginnen Tage und Monate, etwa Europe/Berlin
setup-locale = Sprache
setup-locale-hint = Ihrer Seiten, und der Briefe an alle, die keine gewählt haben
setup-promise = 3. Was Sie versprechen
setup-percent = Provision in Prozent
setup-percent-hint = Von den Waren, ohne Steuer und Versand, beim ersten Einkauf jedes neuen Kunden
setup-minimum = Auszahlung ab
setup-minimum-hint = Weniger wartet, bis mehr zusammengekommen ist
setup-monthly = Auszahlungen an jedem Monatsersten vorbereiten. Gezahlt wird erst, wenn Sie zustimmen.
setup-sentence = Eine übliche Empfehlung bringt { $earned } (bei einem Einkauf von { $purchase }), ausgezahlt nach { $count ->
    [one] einer Empfehlung
   *[other] { $count } Empfehlungen
}, spätestens am { $day }.
setup-sentence-open = Eine übliche Empfehlung bringt { $earned } (bei einem Einkauf von { $purchase }), ausgezahlt nach { $count ->
    [one] einer Empfehlung
   *[other] { $count } Empfehlungen
} und immer, wenn Sie auch kleine Beträge auszahlen.
setup-sentence-nothing = Bei einem Einkauf von { $purchase } verdient noch niemand etwas.
setup-try = Neu ausrechnen
setup-you = 4. Sie und die Briefe
setup-name = Ihr Name
setup-name-hint = So sehen Sie Ihre Kolleginnen und Kollegen.
setup-email = Ihre E-Mail-Adresse
setup-email-hint = Damit melden Sie sich an, und dorthin gehen Nachrichten für Inhaber.
setup-letters-smtp = Briefe gehen über { $host } (gesetzt durch HOUND_SMTP_HOST) und kommen von { $sender } (gesetzt durch HOUND_SMTP_FROM).
setup-letters-file = Briefe werden Dateien auf diesem Rechner und erreichen niemanden (gesetzt durch HOUND_MAIL_MODE).
setup-letters-wait = Briefe warten, bis HOUND_SMTP_HOST gesetzt ist. Keiner geht verloren.
setup-letter = Einen Probebrief an mich schicken
setup-letter-subject = Ein Probebrief
setup-letter-text = Wenn Sie das lesen, kommen Briefe von { $shop } an.
setup-letter-sent = Ein Probebrief an { $email } ist unterwegs. Sehen Sie ins Postfach, auch unter Spam.
setup-letter-failed = Der Probebrief ging nicht hinaus: { $why }
setup-key = 5. Ihr Passwort
setup-go = Laden eröffnen
setup-fault-shop_name = Geben Sie Ihrem Laden einen Namen von höchstens 255 Zeichen.
setup-fault-shop_url = Die Adresse des Ladens ist keine Netzadresse wie https://laden.example
setup-fault-currency = Die Währung ist kein Kürzel wie EUR oder CHF.
setup-fault-timezone = Die Zeitzone ist keine wie Europe/Berlin. Wählen Sie eine aus der Liste.
setup-fault-percent = Die Provision ist keine Zahl von 0 bis 100 wie 10 oder 7,5 mit höchstens vier Nachkommastellen.
setup-fault-payout_minimum = Die kleinste Auszahlung ist kein Betrag wie 25 oder 12,50
setup-fault-name = Nennen Sie Ihren Namen, mit höchstens 255 Zeichen.
setup-fault-email = Ihre Adresse ist keine E-Mail-Adresse wie anna@example.com
setup-fault-rules = Diese Regeln gehen so nicht: { $what }
setup-closed-title = Dieser Link öffnet nichts mehr
setup-closed-text = Er wurde schon benutzt oder ist abgelaufen: Ein solcher Link gilt einmal, eine halbe Stunde lang.
setup-closed-way = Einen neuen zeigen hound admin setup-link und hound serve beim Start.
setup-over-title = Dieser Laden ist eingerichtet
setup-over-text = Jemand hat die Fragen schon beantwortet und meldet sich hier an.
setup-over-way = Wenn Sie das waren und das Passwort fehlt, zeigt hound admin reset EMAIL einen Link für ein neues.
