settings-back = Alle Einstellungen
settings-look-only = Sie sehen hier alles. Ändern kann es nur ein Inhaber.
settings-set = Gesetzt
settings-unset = Nicht gesetzt
settings-once = Das steht nur jetzt hier: Kopieren Sie es, bevor Sie die Seite verlassen.
settings-go-on = Weiter
settings-terms = Regeln
settings-terms-about = Was Sie versprechen: die Prämie, die Wartezeit, wann gezahlt wird. Probieren Sie Änderungen erst an vergangenen Verkäufen.
settings-state-terms = { $shop }, { $timezone }
settings-tiers = Stufen
settings-tiers-about = Kundenstufen wie Gold, für die die Regeln mehr zahlen können.
settings-state-tiers = { $count ->
    [0] Keine Stufe
    [one] Eine Stufe
   *[other] { $count } Stufen
}
settings-letters = Briefe
settings-letters-about = Jeder Brief auf Englisch und Deutsch: lesen, an sich selbst schicken, mit eigenen Worten sagen.
settings-state-letters = { $count ->
    [0] Alles in unseren Worten
    [one] Ein Text in Ihren Worten
   *[other] { $count } Texte in Ihren Worten
}
settings-look = Aussehen
settings-look-about = Ihr Logo und Ihre Farbe auf allen Seiten, Name und Anschrift unter jedem Brief.
settings-connections = Läden
settings-connections-about = Die Läden, die ihre Bestellungen von selbst schicken, und was sie geschickt haben.
settings-state-connections = { $count ->
    [0] Kein Laden verbunden
    [one] Ein Laden
   *[other] { $count } Läden
}
settings-state-silent = { $count ->
    [one] einer seit einem Tag still
   *[other] { $count } seit einem Tag still
}
settings-tokens = Schlüssel
settings-tokens-about = Was ein Programm braucht, um mit uns zu sprechen: Ihr Ladenserver, eine Seite im Browser, ein Bericht, der sich selbst abholt.
settings-webhooks = Webhooks
settings-webhooks-about = Ihre Programme, die sofort erfahren, was hier geschieht, und was aus jeder Nachricht wurde.
settings-state-webhooks = { $count ->
    [0] Niemand wird benachrichtigt
    [one] Eine Adresse
   *[other] { $count } Adressen
}
settings-state-off = { $count ->
    [one] eine abgeschaltet
   *[other] { $count } abgeschaltet
}
settings-team = Team
settings-team-about = Wer sich hier anmeldet und was er darf. Ihr Name, Ihre Sprache, Ihr Passwort.
settings-state-team = { $count ->
    [one] Eine Person
   *[other] { $count } Personen
}
settings-payer = Zahlen
settings-payer-about = Ihre Konten, wie sie in Zahlungsdateien stehen, und PayPal, wenn es von selbst zahlen soll.
settings-audit = Protokoll
settings-audit-about = Wer wann was getan hat. Hier lässt sich nichts ändern oder löschen.
settings-backup = Sicherung
settings-backup-about = Wie Sie von allem eine Kopie behalten und sie zurückholen.
settings-installation = Installation
settings-installation-about = Was auf dem Server gesetzt ist: Adressen, Mail, Grenzen.

settings-ago-now = gerade eben
settings-ago-minutes = { $count ->
    [one] vor einer Minute
   *[other] vor { $count } Min.
}
settings-ago-hours = { $count ->
    [one] vor einer Stunde
   *[other] vor { $count } Stunden
}
settings-ago-days = { $count ->
    [one] vor einem Tag
   *[other] vor { $count } Tagen
}

settings-who-operator = der Betreiber, auf der Kommandozeile
settings-who-system = houndplan selbst
settings-who-referrer = ein Empfehler
settings-who-storefront = der Laden { $source }
settings-who-token = ein Programm mit einem Schlüssel der Rolle { $role }

settings-fault-out-of-range = muss zwischen { $least } und { $most } liegen.
settings-fault-empty = darf nicht leer sein.
settings-fault-too-long = ist zu lang: höchstens 255 Zeichen.
settings-fault-control-character = enthält ein Zeichen, das man nicht zeigen kann. Bitte tippen Sie es neu.
settings-fault-whole-number = muss eine ganze Zahl sein, etwa 30.
settings-fault-percentage = muss ein Prozentsatz von 0 bis 100 sein, etwa 7,5.
settings-fault-sums = müssen Beträge sein, etwa 25 EUR oder 25 EUR; 30 USD.
settings-fault-unknown-value = ist keine der Antworten.
settings-fault-unknown-timezone = ist keine Zeitzone wie Europe/Berlin.
settings-fault-invalid-url = ist keine Adresse wie https://laden.example.
settings-fault-invalid-host = ist kein bloßer Hostname wie blog.laden.example.
settings-fault-invalid-email = ist keine E-Mail-Adresse wie anna@example.com.
settings-fault-missing-field = fehlt.
settings-fault-already-here = gehört jemandem, der schon dabei ist.
settings-fault-wrong-password = ist nicht Ihr Passwort.
settings-fault-invalid-origin = muss der Ort einer Seite sein, etwa https://laden.example, ohne Pfad.
settings-fault-invalid-json = ist kein JSON-Objekt.
settings-fault-invalid-secret = ist kein Geheimnis dieser Art: whsec_ und 24 bis 64 Bytes in Base64.
settings-fault-not-unique = ist schon vergeben.
settings-fault-too-many = ist eines mehr, als es geben darf.
settings-fault-too-many-endpoints = Mehr Adressen sind nicht möglich. Nehmen Sie zuerst eine weg.
settings-fault-provider-in-use = Über das verbundene Konto sind Auszahlungen unterwegs. Ändern Sie nur das Geheimnis, oder warten Sie, bis sie fertig sind.

tiers-name = Kurzname
tiers-name-hint = Kleinbuchstaben, Ziffern und Bindestriche, etwa gold. Eine vorhandene Stufe bekommt den neuen Titel.
tiers-title = Titel
tiers-title-hint = Wie man ihn liest, etwa Goldkunde.
tiers-since = Seit
tiers-caption = Stufen
tiers-none = Noch gibt es keine Stufe. Legen Sie unten eine an, geben Sie sie Kunden, und nennen Sie sie in den Regeln.
tiers-add = Stufe anlegen oder umbenennen
done-tier = Die Stufe ist gespeichert.

tokens-role = Darf
tokens-role-owner = alles tun (Inhaber)
tokens-role-accountant = alles lesen (Buchhaltung)
tokens-role-storefront = Bestellungen melden (Ladenserver)
tokens-role-publishable = einen Code nachschlagen (Seite im Browser)
tokens-role-referrer = Eigenes lesen (Empfehler)
tokens-source = Laden
tokens-source-hint = Für einen Ladenserver: der Laden, für den er meldet. Leer heißt main.
tokens-origin = Seite
tokens-origin-hint = Für eine Seite im Browser: wo sie liegt, etwa https://laden.example.
tokens-mode = Arbeitet mit
tokens-mode-live = dem echten Laden
tokens-mode-sandbox = der Sandbox
tokens-days = Tage
tokens-days-hint = Nach so vielen Tagen endet er. Wir warnen 30 Tage vorher.
tokens-bound = Gebunden an
tokens-made-on = Gemacht
tokens-used = Zuletzt benutzt
tokens-never-used = nie
tokens-state = Stand
tokens-action = Widerrufen
tokens-stands = bis { $day }
tokens-expired = endete { $day }
tokens-revoked = widerrufen { $day }
tokens-caption = Schlüssel von Programmen
tokens-none = Noch hat kein Programm einen Schlüssel. Machen Sie unten einen für Ihren Ladenserver.
tokens-new = Ein neuer Schlüssel
tokens-make = Schlüssel machen
tokens-revoke = Widerrufen
tokens-made = Der Schlüssel für: { $role }.
done-token-revoked = Der Schlüssel ist widerrufen. Niemand kommt mehr damit herein.

team-name = Name
team-email = E-Mail
team-role = Darf
team-role-hint = Ein Inhaber darf alles. Die Buchhaltung sieht alles und ändert nichts.
team-role-owner = alles tun (Inhaber)
team-role-accountant = alles ansehen (Buchhaltung)
team-language = Sprache
team-since = Seit
team-actions = Ändern
team-caption = Wer sich hier anmeldet
team-you = Sie
team-waits = hat noch kein Passwort gewählt
team-make-owner = Zum Inhaber machen
team-make-accountant = Zur Buchhaltung machen
team-again = Neuer Link
team-remove = Entfernen
team-invite = Jemanden einladen
team-invite-about = Sie bekommen einen Link zum Weitergeben. Wer ihn öffnet, wählt ein Passwort; geben Sie ihn also nur dieser Person.
team-link = Geben Sie diesen Link an { $name }. Er gilt einmal, bis { $until }.
team-last-owner = Jemand, der alles darf und ein Passwort gewählt hat, muss bleiben. Laden Sie erst einen anderen Inhaber ein.
team-me = Mein Name, meine Sprache, mein Passwort
team-back = Team
done-person-changed = Erledigt. Es gilt ab der nächsten Anmeldung.
done-person-removed = Entfernt. Offene Sitzungen sind beendet.
me-about = Über mich
me-password = Mein Passwort ändern
me-password-about = Überall sonst werden Sie abgemeldet.
me-old-password = Ihr jetziges Passwort
me-new-password = Ihr neues Passwort
me-new-password-hint = Mindestens { $count } Zeichen. Ein Satz merkt sich leicht.
done-me = Ihre Angaben sind gespeichert.
done-own-password = Ab jetzt gilt Ihr neues Passwort.

look-logo = Logo
look-logo-alt = Das Logo Ihres Ladens
look-logo-none = Noch kein Logo: Auf den Seiten steht der Name des Ladens.
look-logo-file = Ein Bild
look-logo-hint = PNG oder JPEG, höchstens { $kilobytes } KB. Am besten breit und etwa 80 Pixel hoch.
look-logo-wrong = Das ist kein Bild als PNG oder JPEG, oder es ist zu groß.
look-logo-remove = Logo entfernen
look-colour = Farbe
look-colour-hint = Etwa #1a56c4. Links und Knöpfe nehmen sie an; für dunkle Bildschirme finden wir selbst einen helleren Ton.
look-colour-none = Das ist keine Farbe. Schreiben Sie sie wie #1a56c4.
look-colour-light = Zu hell, um auf Weiß gelesen zu werden: Der Kontrast ist { $contrast }, nötig sind 4,5. { $darker } ist ähnlich und dunkel genug.
look-colour-reset = Zurück zu unserer Farbe
look-imprint = Unter jedem Brief
look-imprint-change = Name und Anschrift in den Regeln ändern
look-sender = Absender
done-look = So sehen Ihre Seiten jetzt aus.

payer-files = In Zahlungsdateien
payer-files-about = Was Ihre Bank nicht braucht, lassen Sie leer.
payer-name = Kontoinhaber
payer-name-hint = Die Firma, wie die Bank sie kennt.
payer-iban = IBAN
payer-iban-hint = Das Konto, von dem SEPA-Überweisungen abgehen.
payer-bic = BIC
payer-reference = Was Empfänger lesen
payer-reference-hint = Leer heißt: { $ours }. Aus {"{month}"} wird der Monat.
payer-bank-routing = Routing Number
payer-bank-routing-hint = Nur in den USA: der Bank, die Ihre ACH-Dateien nimmt.
payer-bank-name = Name dieser Bank
payer-company-id = Firmenkennung
payer-cheque = Schecks
payer-cheque-none = keine
payer-cheque-en = auf Englisch
payer-cheque-de = auf Deutsch
payer-letter-paper = Im Drucker liegt US-Letter-Papier
payer-finer = Auch eine eigene Tabelle oder eine Vorlage von Wise ist gesetzt. Sie bleibt, wie sie ist; ändern lässt sie sich mit PATCH /v1/payer.
payer-connect = PayPal verbinden
payer-connected = Verbunden seit { $day }.
payer-not-connected = Nicht verbunden: Freigegebene PayPal-Auszahlungen gehen als Datei hinaus.
payer-webhook = PayPal kann melden an:
payer-client-id = Client-ID
payer-client-secret = Geheimnis
payer-client-secret-hint = Es wird nie wieder gezeigt.
payer-automatic = Freigegebene Läufe von selbst senden
payer-automatic-hint = Sonst drücken Sie für jeden Lauf einen Knopf.
done-payer = Die Angaben sind gespeichert.
done-paypal = PayPal ist verbunden.

installation-about = Das ist auf dem Server gesetzt. Hier sehen Sie es nur; geändert wird es dort, wo der Server läuft.
installation-none = Dieser Prozess sagt nichts über seine Einstellungen.
installation-caption = Einstellungen des Servers
installation-name = Variable
installation-value = Wert
installation-origin = Woher
installation-locked = fest
installation-flag = auf der Kommandozeile gesetzt
installation-variable = gesetzt durch { $name }
installation-file = gesetzt durch { $name }_FILE, aus { $path }
installation-default = unser Vorgabewert

backup-about = Ein Befehl kopiert das ganze Kassenbuch in eine Datei, während Bestellungen kommen. Er wird auf dem Server gegeben:
backup-key = Mit --with-key geht der Signierschlüssel mit, versiegelt unter HOUND_BACKUP_PASSPHRASE. Sonst bewahren Sie die Datei signing.key an einem anderen Ort auf: Ohne sie gilt kein Schlüssel und kein Geheimnis.
backup-shared = Das Kassenbuch liegt auf einem PostgreSQL-Server. Derselbe Befehl kopiert es von dort.
backup-folder = Das Kassenbuch liegt im Ordner
backup-restore = Eine Kopie zurückholen
backup-restore-about = Halten Sie zuerst den Dienst an. Was da war, bleibt daneben liegen, und nichts wird gezahlt oder verschickt, bis Sie nachgesehen und hound resume gesagt haben.
backup-schedule = Jede Nacht um drei, mit cron:
