# Deutsch: alle Seiten dieses Crates. Angeredet wird mit du.

## Die Antwortseite: was eine Antwort bewirken würde
web-next-own = Du hast ihn schon.
web-next-over = Du übernimmst ihn von { $name }.
web-next-take = Du übernimmst. Sonst wird niemand benachrichtigt.
web-next-escalate = Die nächste Person wird jetzt benachrichtigt.
web-next-noted = Es wird vermerkt. { $more }
web-next-end = Der Alarm endet für alle.
web-next-stop-user = Du wirst nicht mehr benachrichtigt, die anderen schon.
web-next-stop-group = Deine Gruppe wird nicht mehr benachrichtigt.
web-next-record = Es wird vermerkt. Alles andere geht weiter.
web-untold-closed = Der Alarm ist vorbei.
web-untold-suspended = Der Alarm ist ausgesetzt, deshalb wird niemand benachrichtigt.
web-untold-own = Du hast den Alarm, deshalb wird sonst niemand benachrichtigt.
web-untold-other = { $name } hat den Alarm, deshalb wird sonst niemand benachrichtigt.
web-untold-source = Der Alarm ist bestätigt, deshalb wird sonst niemand benachrichtigt.

## Was eine Antwort bewirkt hat
web-late = Schon vorbei
web-late-text = Deine Antwort ist vermerkt. Der Alarm war vorbei, bevor sie ankam.
web-again = Wir haben deine Antwort
web-again-text = Du hast diese Antwort schon gegeben. Sie gilt, und nichts ist doppelt geschehen.
web-taken = Du hast ihn
web-taken-text = Sonst wird niemand benachrichtigt. Danke.
web-passed = Weitergegeben
web-passed-text = Die nächste Person wird jetzt benachrichtigt. Danke.
web-noted = Vermerkt
web-ended-now = Beendet
web-ended-now-text = Der Alarm ist für alle vorbei. Es wird nichts mehr gesendet.
web-stopped-user-text = Du wirst zu diesem Alarm nicht mehr benachrichtigt, die anderen schon.
web-stopped-group-text = Deine Gruppe wird zu diesem Alarm nicht mehr benachrichtigt.
web-recorded-text = Deine Antwort steht im Verlauf des Alarms. Alles andere geht weiter.

## Wie es um den Alarm steht
web-stands-unheld = Noch hat ihn niemand
web-stands-open = Noch hat niemand geantwortet
web-stands-own = Du hast ihn
web-stands-other = { $name } hat ihn
web-stands-source = An der Quelle bestätigt
web-stands-suspended = Ausgesetzt: vorerst wird nichts gesendet
web-over-source = Vorbei: das sagt der Absender
web-over-expired = Beendet: die Zeit ist abgelaufen
web-over-own = Von dir beendet
web-over-other = Von { $name } beendet
web-over-plain = Beendet

## Die Seite selbst
web-priority-high = Hoch
web-priority-medium = Mittel
web-priority-low = Niedrig
web-answered-text = Du hast „{ $answer }“ geantwortet. Du kannst das noch ändern.
web-informed = Du wirst auf dem Laufenden gehalten
web-informed-text = Andere sollen diesen Alarm beantworten. Von dir wird nichts erwartet.
web-closed = Dieser Alarm ist vorbei
web-closed-text = Von dir wird nichts erwartet.
web-removed = jemand, der entfernt wurde
web-from = von { $name }
web-events = { $n } Ereignisse
web-told = Auch benachrichtigt: { $names }
web-told-more = Auch benachrichtigt: { $names } und { $n } weitere
web-you = Du
web-or-answer = Oder antworte
web-or-change = Oder ändere deine Antwort
web-footnote = Dieser Link ging an { $name } und antwortet bis { $until } als { $name }. Gib ihn nicht weiter.
web-who-answered = Wer geantwortet hat
web-earlier = { $n } frühere
web-comment = Kommentar
web-comment-hint = freiwillig, geht mit deiner Antwort

## Wenn ein Link oder eine Antwort nicht geht
web-no-option = Diese Antwort gibt es nicht
web-no-option-text = Die möglichen Antworten haben sich vielleicht geändert, seit die Nachricht gesendet wurde. Es ist nichts geschehen.
web-long = Der Kommentar ist zu lang
web-long-text = Es ist nichts geschehen. Kürze den Kommentar, oder antworte ohne.
web-broken = Dieser Link geht nicht
web-broken-text = Vielleicht wurde er abgeschnitten. Öffne ihn noch einmal aus der Nachricht, oder kopiere ihn ganz. Wenn das nicht hilft, frage, wer sich um Firebell kümmert.
web-expired = Dieser Link ist abgelaufen
web-expired-text = Mit ihm kann man nicht mehr antworten. Es ist nichts geschehen.
web-retry = Noch einmal versuchen
web-retry-next = Deine Antwort und dein Kommentar bleiben erhalten.
web-left = Dieser Link geht nicht mehr
web-left-text = Er ging an jemanden, der nicht mehr da ist. Es ist nichts geschehen. Wenn du das bist, frage, wer sich um Firebell kümmert.
web-gone = Diesen Alarm gibt es nicht mehr
web-gone-text = Er ist lange vorbei und wurde entfernt, als die Zeit um war, für die Alarme aufgehoben werden.
web-elsewhere-text = Er gehört zu einem Konto, das dieser Server nicht kennt. Frage, wer sich um Firebell kümmert.
web-unanswerable = Das kann man nicht beantworten
web-unanswerable-text = Es ist vorbei, oder die Antwort gibt es nicht mehr. Es ist nichts geschehen.
web-untaken = Wir konnten deine Antwort nicht annehmen
web-untaken-text = Es wurde nichts aufgezeichnet. Versuche es gleich noch einmal.
web-unshown = Wir können den Alarm gerade nicht zeigen
web-unshown-text = Öffne den Link gleich noch einmal.

## Um die Seiten von Besuchern
web-skip = Zum Inhalt springen
web-not-sure = Gerade nicht sicher
web-not-sure-sign-in = Deine Anmeldung konnte gerade nicht bestätigt werden, weil die Konfiguration dieses Servers vielleicht nicht die neueste ist. Prüfe deine Eingaben, oder versuche es in ein paar Sekunden noch einmal.
web-not-sure-instance = Es konnte gerade nicht bestätigt werden, ob es eine Instanz „{ $name }“ gibt, weil die Konfiguration dieses Servers vielleicht nicht die neueste ist. Prüfe den Namen, oder versuche es in ein paar Sekunden noch einmal.
web-missing = Etwas fehlt
web-too-much = Das war zu viel
web-too-much-text = Was du eingegeben hast, ist zu lang. Kürze es.
web-busy = Gerade melden sich viele an
web-busy-text = Es ist nichts geschehen. Versuche es in einer Sekunde noch einmal.

## Anmelden
web-sign-in = Anmelden
web-sign-in-to = Bei { $instance } anmelden
web-sign-in-missing = Gib deinen Benutzernamen und dein Passwort ein.
web-which = Welche Instanz?
web-which-text = Gib den Namen deiner Instanz ein.
web-no-instance = Keine solche Instanz
web-no-instance-yet = Dieser Server hat noch keine Instanz.
web-no-instance-text = Es gibt auf diesem Server keine Instanz „{ $name }“. Prüfe den Namen.
web-set-up = Einrichten
web-too-many = Zu viele Versuche
web-too-many-text = Zu viele Fehlversuche. Versuche es in { $n } s noch einmal.
web-not-in = Du bist nicht angemeldet
web-not-in-text = Der Benutzername oder das Passwort ist falsch. Prüfe beides; beim Passwort zählt Groß und Klein.
web-instance = Instanz
web-instance-hint = wie deine Organisation in Firebell heißt
web-login = Benutzername
web-password = Passwort
web-forgot = Ich habe mein Passwort vergessen
web-tagline = Weckt die richtige Person, wenn etwas ausfällt, und gibt nicht auf, bis jemand antwortet.
web-kept = Du warst abgemeldet. Was du eingegeben hast, bleibt erhalten und wird nach dem Anmelden wieder angeboten.
web-entries = Deine Eingaben sind noch da
web-entries-text = Du warst abgemeldet, bevor das gesendet wurde, deshalb ist nichts geschehen. Sieh es dir an und sende es jetzt.
web-entries-of = Du warst auf { $page }
web-entries-send = Jetzt senden
web-entries-drop = Lassen
web-entries-shown = Was du eingegeben hast
web-entries-secret = (verborgen)
web-entries-none = Es wurde nur ein Knopf gedrückt.
web-sign-out = Abmelden
web-sign-out-ask = Abmelden?
web-sign-out-text = Alarme erreichen dich weiterhin. Nur dieser Browser vergisst dich.
web-stay = Angemeldet bleiben
web-signed-out = Du bist abgemeldet
web-signed-out-text = Alarme erreichen dich weiterhin auf deinen Geräten.
web-sign-in-again = Wieder anmelden

## Ein vergessenes Passwort
web-reset-ask = Passwort vergessen?
web-reset-ask-text = Gib deinen Benutzernamen ein. Eine Nachricht mit einem Link für ein neues Passwort geht an deine E-Mail-Geräte.
web-reset-send = Link senden
web-reset-missing = Gib deinen Benutzernamen ein.
web-reset-sent = Sieh in deine Mail
web-reset-sent-text = Wenn es einen solchen Benutzer mit einem E-Mail-Gerät gibt, ist eine Nachricht mit einem Link unterwegs. Der Link gilt 30 Minuten.
web-reset-back = Zurück zum Anmelden
web-reset-dead = Dieser Link geht nicht mehr
web-reset-dead-text = Er wurde benutzt, ist älter als 30 Minuten oder nicht vollständig. Es ist nichts geschehen.
web-reset-again = Neuen Link anfordern
web-reset-no-mail = Es kann kein Link gesendet werden
web-reset-no-mail-text = Dieser Server sendet keine E-Mail. Bitte jemanden, der deine Instanz verwaltet, dir ein neues Passwort zu setzen.
web-reset-set = Neues Passwort setzen
web-reset-set-text = Alle deine Sitzungen enden, auf jedem Gerät.
web-reset-done-text = Alle deine Sitzungen wurden beendet. Melde dich mit dem neuen Passwort an.
web-reset-failed = Das Passwort wurde nicht gesetzt
web-reset-later = Das Passwort konnte gerade nicht gesetzt werden
web-for = Für { $login }.

## Passwörter
web-password-rules = Mindestens { $min } Zeichen, höchstens { $max }. Mehrere Wörter sind gut; Ziffern und Zeichen sind nicht nötig.
web-password-short = Ein Passwort braucht mindestens { $min } Zeichen; dieses hat { $n }.
web-password-long = Ein Passwort hat höchstens { $max } Zeichen; dieses hat { $n }.
web-password-uniform = Ein Passwort braucht mehr als ein Zeichen immer wieder.
web-password-known = Dieses Passwort gehört zu denen, die alle zuerst versuchen. Wähle ein anderes.
web-password-differ = Du hast zwei verschiedene Passwörter eingegeben. Gib zweimal dasselbe ein.
web-password-same = Das neue Passwort ist das alte. Wähle ein anderes.
web-password-new = Neues Passwort
web-password-again = Noch einmal dasselbe
web-password-set-button = Passwort setzen
web-password-done = Dein neues Passwort ist gesetzt
web-old-works = Dein altes Passwort gilt noch. Versuche es gleich noch einmal.
web-password-change = Passwort ändern
web-password-change-text = Alle deine anderen Sitzungen enden, auf jedem Gerät.
web-password-old = Altes Passwort
web-password-change-button = Passwort ändern
web-password-unchanged = Das Passwort wurde nicht geändert
web-password-raced = Es wurde gerade von jemand anderem geändert. Melde dich neu an; wenn du es nicht warst, frage, wer deine Instanz verwaltet.
web-password-later = Das Passwort konnte gerade nicht geändert werden
web-password-wrong = Das alte Passwort ist falsch. Groß und Klein zählt.
web-password-done-text = Alle deine anderen Sitzungen wurden beendet.
web-password-current = Dein Passwort
web-password-current-hint = damit aus einem offen gelassenen Browser niemand zu dir wird
web-password-current-mail-hint = nur wenn du die Adresse änderst oder das Gerät einschaltest: dorthin gehen Links für ein neues Passwort
web-password-current-wrong = Das Passwort ist falsch. Groß und Klein zählt.

## Das Konto
web-account = Dein Konto
web-account-title = Du bist als { $name } angemeldet
web-account-line = Hier sagst du, wie Alarme dich erreichen, und siehst, wo du angemeldet bist.
web-tabs = Dein Konto
web-tab-profile = Profil
web-tab-devices = Geräte
web-tab-keys = API-Schlüssel
web-tab-password = Passwort
web-back-account = Zurück zu deinem Konto
web-who-you-are = Wer du bist
web-user-name = Benutzername
web-roles = Rollen
web-licence = Lizenz
web-licence-full = Voller Benutzer
web-licence-stakeholder = Beteiligt: wird benachrichtigt, antwortet nicht
web-identity-hint = Namen, Rollen und Lizenz ändert, wer die Instanz verwaltet.
web-profile = Sprache und Zeit
web-language = Sprache
web-language-hint = der Seiten für Antwortende, und dessen, was dir übersetzt gesendet wird
web-zone = Zeitzone
web-zone-hint = in der du Zeiten siehst und in der die Zeitfenster deiner Geräte gelten
web-save = Speichern
web-profile-saved = Dein Profil ist gespeichert.
web-language-unknown = Wähle eine der Sprachen.
web-zone-unknown = Diese Zeitzone gibt es nicht. Wähle eine wie Europe/Berlin.
web-sessions = Wo du angemeldet bist
web-session-own = diese Sitzung
web-session-since = seit
web-session-end = Beenden
web-session-end-of = { $act }: { $agent }
web-end-others = Alle anderen beenden
web-end-others-hint = Wer sie benutzt, muss sich neu anmelden.
web-no-session = Keine solche Sitzung
web-no-session-text = Sie ist schon vorbei, oder war nie deine.
web-agent = { $browser } auf { $system }
web-agent-program = Ein Programm
web-agent-browser = Ein Browser
web-set-up-more = Die Einrichtung ist nicht fertig.
web-set-up-link = Weiter mit der Liste

## Geräte
web-devices = Deine Geräte
web-devices-none-line = Noch kann dich kein Alarm erreichen.
web-devices-line = { $n ->
    [one] Ein Gerät; { $verified } bestätigt.
   *[other] { $n } Geräte; { $verified } bestätigt.
 }
web-devices-order = Alarme gehen an das erste, warten so lange, wie dort steht, und gehen dann an das nächste.
web-devices-empty = Noch keine Geräte
web-devices-empty-text = Füge eine Adresse oder eine Nummer hinzu, damit Alarme dich erreichen.
web-device-add = Gerät hinzufügen
web-device-list = Deine Geräte in der Reihenfolge, in der sie benutzt werden
web-device-email = E-Mail
web-device-sms = SMS
web-device-voice = Anruf
web-device-webhook = Webhook
web-device-verified = Bestätigt
web-device-unverified = Nicht bestätigt
web-device-unverified-tip = Alarme gehen trotzdem dorthin. Bestätige es, um sicher zu sein, dass sie ankommen.
web-device-inactive = Ausgeschaltet
web-device-failsafe = Notnagel
web-device-first = sofort
web-device-next = nach dem davor
web-device-after = dann { $n } min bis zum nächsten
web-device-after-none = der nächste gleich danach
web-device-any = jede Priorität
web-device-medium = nur Mittel und Hoch
web-device-high = nur Hoch
web-device-always = jederzeit
web-device-frames = { $n ->
    [one] in einem Zeitfenster
   *[other] in { $n } Zeitfenstern
 }
web-device-frame = { $name }: { $days }, { $from }–{ $to }
web-device-signed = signiert
web-device-up = { $name } nach oben
web-device-down = { $name } nach unten
web-device-edit = Bearbeiten
web-device-edit-of = { $name } bearbeiten
web-device-remove = Entfernen
web-device-remove-of = { $name } entfernen
web-device-test = Test senden
web-device-test-of = Test senden: { $name }
web-device-verify = Bestätigen
web-device-verify-of = { $name } bestätigen
web-device-reach-keeps = Dieser Server hebt E-Mail auf, statt sie zu senden: es ist kein Mailserver eingerichtet.
web-device-reach-cannot = Dieser Server kann an solche Geräte noch nicht senden. Das Gerät bleibt, und es wird nichts dorthin gesendet.
web-device-last = Letzter Versuch
web-device-last-open = gesendet { $when }; was daraus wurde, ist nicht bekannt
web-device-last-accepted = angenommen { $when }: { $detail }
web-device-last-kept = nicht gesendet { $when }: { $detail }
web-device-last-failed = gescheitert { $when }: { $detail }
web-device-tested = Der Test für { $name } wurde angenommen: { $detail }
web-device-test-kept = Der Test für { $name } wurde nicht gesendet: { $detail }
web-device-test-failed = Der Test für { $name } ist gescheitert: { $detail }
web-device-too-many = Es wurden zu viele Nachrichten gesendet. Versuche es in { $n } s noch einmal.
web-device-cannot = Es wurde nichts gesendet: dieser Server kann an solche Geräte nicht senden.
web-device-moved = Die Reihenfolge ist geändert.
web-device-removed = { $name } ist entfernt.
web-device-restored = { $name } ist wieder da.
web-device-restore-late = Es kann nicht mehr zurückgeholt werden. Füge es neu hinzu.
web-device-restore-title = Nicht zurückgeholt
web-device-added = { $name } ist hinzugefügt. Bestätige es, damit du weißt, dass Alarme ankommen.
web-device-saved = { $name } ist gespeichert.
web-device-this = Gerät
web-device-send-code = Code senden
web-device-code-again = Neuen Code senden
web-device-code = Code
web-device-code-hint = sechs Ziffern, aus der Nachricht
web-device-code-enter = Bestätigen
web-device-code-sent = Ein Code ging an { $address }. Er gilt { $n } Minuten.
web-device-code-out = Ein Code ist unterwegs. Gib ihn hier ein, oder lass einen neuen senden.
web-device-code-none = Lass einen Code senden und gib ihn hier ein.
web-device-code-failed = Der Code konnte nicht gesendet werden: { $detail }
web-device-code-wrong = Der Code ist falsch. { $n ->
    [one] Noch ein Versuch.
   *[other] Noch { $n } Versuche.
 }
web-device-unsent = Es wurde nichts gesendet
web-device-code-over = Dieser Code gilt nicht mehr. Lass einen neuen senden.
web-device-code-right = { $name } ist bestätigt.
web-device-verify-title = { $name } bestätigen
web-device-verify-text = Ein Code zeigt, dass bei dir ankommt, was an { $address } gesendet wird. Sonst ändert sich nichts: Alarme gehen mit und ohne Bestätigung dorthin.
web-device-already = Bestätigt { $when }.
web-devices-of = Geräte von { $user }
web-devices-of-none-line = Noch kann kein Alarm { $user } erreichen.
web-devices-of-empty-text = Füge eine Adresse oder eine Nummer hinzu, damit Alarme { $user } erreichen.
web-device-of-unverified-tip = Alarme werden trotzdem hierher gesendet. { $user } kann das Gerät im eigenen Konto bestätigen, um sicher zu sein, dass sie ankommen.
web-device-of-test = Test senden
web-device-of-test-of = Test an { $name } senden
web-device-of-added = { $name } ist hinzugefügt. Bestätigt ist es nicht: Das kann { $user } im eigenen Konto tun.
web-device-of-new = Gerät für { $user } hinzufügen
web-device-of-new-text = Es kommt ans Ende der Reihenfolge von { $user }. Danach kannst du es nach oben schieben.
web-device-of-back = Zurück zu den Geräten von { $user }
web-device-user = Benutzer
web-device-users = Benutzer
web-device-new = Gerät hinzufügen
web-device-new-text = Es kommt ans Ende deiner Reihenfolge. Du kannst es danach nach oben schieben.
web-device-kind = Art
web-device-name = Name
web-device-name-hint = etwa Arbeit oder Handy
web-device-address-email = E-Mail-Adresse
web-device-address-phone = Telefonnummer
web-device-address-phone-hint = mit Ländervorwahl, wie +4930123456
web-device-address-url = URL
web-device-address-url-hint = bekommt für jede Nachricht ein JSON-POST
web-device-secret = Signaturschlüssel
web-device-secret-hint = whsec_…; leer für keinen
web-device-secret-kept-hint = leer lassen, um den vorhandenen zu behalten
web-device-secret-drop = Schlüssel entfernen
web-device-delay = Minuten bis zum nächsten Gerät
web-device-delay-hint = wie lange auf eine Antwort gewartet wird, bevor das nächste Gerät dran ist
web-device-threshold = Benutzen für
web-device-threshold-low = Jede Priorität
web-device-default = Notnagel: nur benutzen, wenn kein anderes benutzt werden kann
web-device-active = Dieses Gerät benutzen
web-device-frames-title = Zeitfenster
web-device-frames-text = Ohne Zeitfenster wird das Gerät jederzeit benutzt. Eine Zeile ohne Namen zählt nicht.
web-device-frame-name = Name
web-device-frame-from = Von
web-device-frame-minutes = Minuten
web-device-frame-days = Tage
web-device-frame-holidays = Nicht an Feiertagen
web-days = Mo Di Mi Do Fr Sa So
web-device-frame-number = Zeitfenster { $n }
web-device-frame-bad-start = Gib Stunden und Minuten ein, wie 08:00.
web-device-frame-bad-minutes = Gib 1 bis 1440 Minuten ein.
web-device-frame-bad-days = Wähle mindestens einen Tag.
web-device-frame-bad-name = Gib einen Namen mit höchstens 100 Zeichen ein.
web-device-name-bad = Gib einen Namen mit höchstens 100 Zeichen und ohne | ein.
web-device-email-bad = Das ist keine E-Mail-Adresse.
web-device-phone-bad = Gib die Nummer mit + und Ländervorwahl ein, wie +4930123456.
web-device-url-bad = Gib eine Adresse ein, die mit https:// oder http:// beginnt.
web-device-delay-bad = Gib ganze Minuten ein.
web-device-not-saved-text = Einige Eingaben brauchen deine Aufmerksamkeit.
web-device-back = Zurück zu deinen Geräten
web-cancel = Abbrechen
web-field-name = Name
web-field-address = Adresse
web-field-delay = Minuten
web-field-threshold = benutzt für
web-field-frames = Zeitfenster
web-field-status = in Gebrauch
web-field-default = Notnagel
web-yes = ja
web-no = nein

## API-Schlüssel
web-keys = Deine API-Schlüssel
web-keys-line = { $n ->
    [0] Kein Programm handelt als du.
    [one] Mit einem Schlüssel handelt ein Programm als du.
   *[other] Mit { $n } Schlüsseln handeln Programme als du.
 }
web-keys-text = Ein Programm mit einem Schlüssel darf, was du darfst. Gib jedem Programm einen eigenen, damit du einen ohne die anderen widerrufen kannst.
web-key-name = Name
web-key-name-hint = wofür er ist, etwa Sicherungsskript
web-key-create = Schlüssel machen
web-key-new = Schlüssel machen
web-key-list = Deine API-Schlüssel
web-key-user = Benutzer
web-key-created = Gemacht
web-key-used = Zuletzt benutzt
web-key-unused = nicht, seit dieser Server läuft
web-key-act = Widerrufen
web-key-revoke = Widerrufen
web-key-revoke-of = { $name } widerrufen
web-key-revoked = { $name } ist widerrufen. Programme, die ihn benutzen, werden ab jetzt abgewiesen.
web-key-made = Der Schlüssel { $name } ist gemacht
web-key-made-text = Er wird nur jetzt gezeigt. Kopiere ihn in das Programm; er kann nicht noch einmal gelesen werden.
web-key-secret = Geheimnis
web-key-both = Benutzer und Geheimnis, für HTTP Basic und FIREBELL_KEY
web-key-done = Ich habe ihn kopiert
web-key-name-bad = Gib einen Namen mit höchstens 100 Zeichen ein.
web-key-not-made = Es wurde kein Schlüssel gemacht
web-key-this = API-Schlüssel
web-key-password = Gib dein Passwort ein.

## Erster Start
web-start = Firebell einrichten
web-start-text = Dieser Server hat noch niemanden. Du machst die erste Instanz und den, der sie verwaltet: dich selbst.
web-start-token = Einrichtungs-Token
web-start-token-hint = von firebell serve beim Start in seinem Terminal ausgegeben
web-start-instance = Name der Instanz
web-start-instance-hint = deine Organisation: Kleinbuchstaben, Ziffern, Bindestriche
web-start-region = Region
web-region-emea = Europa, Naher Osten, Afrika
web-region-na = Nordamerika
web-region-apac = Asien, Pazifik
web-start-you = Du
web-start-login = Benutzername
web-start-login-hint = womit du dich anmeldest
web-start-first = Vorname
web-start-last = Nachname
web-start-email = E-Mail-Adresse
web-start-email-hint = dein erstes Gerät: dorthin gehen Alarme
web-start-create = Machen und anmelden
web-start-over = Dieser Server ist eingerichtet
web-start-over-text = Es gibt schon eine Instanz, deshalb kann ihn niemand noch einmal einrichten. Melde dich an; wer den Server betreibt, kann mit firebell user create weitere Leute machen.
web-start-none-text = Dieser Server startete ohne Einrichtungs-Token. Starte ihn neu, um eines zu bekommen, oder benutze firebell instance create.
web-start-not = Es wurde nichts eingerichtet
web-start-wrong = Das Token ist falsch. Kopiere es ganz aus dem Terminal von firebell serve.
web-start-spent = Das Token gilt nicht mehr. Starte firebell serve neu: es gibt ein neues aus.
web-start-many = { $n ->
    [one] Das Token ist falsch, wie viele andere in der letzten Minute. Warte eine Sekunde und kopiere es dann vollständig aus dem Terminal von firebell serve.
   *[other] Das Token ist falsch, wie viele andere in der letzten Minute. Warte { $n } Sekunden und kopiere es dann vollständig aus dem Terminal von firebell serve.
}
web-start-busy = Jemand anders richtet ihn gerade ein. Warte ein paar Sekunden und lade die Seite neu.
web-start-later = Es konnte gerade nicht eingerichtet werden
web-start-later-text = Es wurde nichts gemacht. Was du eingegeben hast, bleibt erhalten, außer Passwort und Token; versuche es gleich noch einmal.
web-start-instance-bad = Nimm 1 bis 63 Kleinbuchstaben, Ziffern und Bindestriche im Inneren.
web-start-name-bad = Gib 1 bis 100 Zeichen ein.
web-start-welcome = Willkommen. { $instance } ist gemacht, und du bist angemeldet.
web-checklist = Bereit für den ersten Alarm
web-checklist-line = { $n ->
    [0] Alles ist getan.
    [one] Ein Schritt ist übrig.
   *[other] { $n } Schritte sind übrig.
 }
web-step-first = Es gehört dir
web-checklist-done = Getan
web-checklist-open = Zu tun
web-step-device = Bestätige ein Gerät von dir
web-step-device-text = Damit du weißt, dass Alarme dich erreichen.
web-step-device-link = Deine Geräte
web-step-person = Füge eine zweite Person hinzu
web-step-person-text = Niemand ist die ganze Zeit wach.
web-step-person-link = Person hinzufügen
web-step-group = Mache eine Gruppe mit einer Schicht
web-step-group-text = Sie sagt, wer wann Bereitschaft hat.
web-step-group-link = Gruppen
web-step-integration = Verbinde einen Absender
web-step-integration-text = Etwa Prometheus oder Grafana: er bekommt einen Schlüssel, und seine Ereignisse werden Alarme.
web-step-integration-link = Integrationen
web-step-ring = Lass einen Testalarm klingeln
web-step-ring-text = Ein echtes Ereignis nimmt den ganzen Weg zu deinen eigenen Geräten. Beantworte es wie einen echten Alarm.
web-ring = Jetzt klingeln
web-ring-again = Noch einmal klingeln
web-ring-title = Dein Testalarm
web-ring-waiting = Das Ereignis ist angenommen und unterwegs. Wenn in Sekunden kein Alarm erscheint, verbirgt ihn eine Stille oder ein Wartungsfenster.
web-ring-nobody = Der Alarm ist da, aber keines deiner Geräte darf gerade benutzt werden. Sieh dir ihre Zeitfenster und Prioritäten an.
web-ring-pending = { $device }: wartet darauf, gesendet zu werden
web-ring-delivered = { $device }: zugestellt { $when }
web-ring-failed = { $device }: gescheitert
web-ring-cancelled = { $device }: nicht mehr nötig
web-ring-kept = { $device }: liegt im Postausgang, weil kein Mailserver eingerichtet ist
web-ring-unsent = Es hat nichts geklingelt: dieser Server hebt E-Mail auf, statt sie zu senden. Richte einen Mailserver ein (smtp.host), oder füge ein Gerät hinzu, an das er senden kann, und versuche es noch einmal.
web-ring-answer-now = Jetzt antworte, auf dem Gerät, das geklingelt hat.
web-ring-answered = Du hast { $when } „{ $answer }“ geantwortet. Alles geht.
web-ring-alert = Alarm { $number }
web-ring-no-device = Du hast kein Gerät, das klingeln könnte. Füge zuerst eines hinzu.
web-ring-later = Das Ereignis konnte gerade nicht angenommen werden. Versuche es gleich noch einmal.
web-ring-title-not = Es hat nichts geklingelt
web-ring-refresh = Neu laden
web-ring-event = Testalarm von { $name }
web-checklist-link = Zu den Alarmen

## Ohne Verbindung
web-offline = Keine Verbindung
web-offline-text = Die Seiten von Firebell werden auf diesem Gerät nicht aufgehoben, weil stimmen muss, was sie sagen. Alarme erreichen dich weiterhin so, wie du es gewählt hast. Verbinde dich und lade die Seite neu.
web-offline-retry = Neu laden
