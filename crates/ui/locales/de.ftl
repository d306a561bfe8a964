# Die Wörter des Rahmens.
ui-alerts = Alarme
ui-on-call = Bereitschaft
ui-groups = Gruppen
ui-users = Benutzer
ui-integrations = Integrationen
ui-silences = Stummschaltungen
ui-reports = Berichte
ui-licences = Lizenzen
ui-configuration = Konfiguration
ui-operator = Betrieb
ui-skip = Zum Inhalt springen
ui-areas = Bereiche
ui-more = Mehr
ui-account = Ihr Konto
ui-sign-out = Abmelden
ui-search = Suchen oder springen …
ui-search-short = Suchen
ui-help = Tastenkürzel
ui-theme = Hell oder dunkel
ui-instance = Instanz
ui-revision = Konfiguration { $revision }
ui-age = vor { $seconds } s bestätigt
ui-age-unknown = noch nicht bestätigt
ui-stale = Diese Seite zeigt vielleicht nicht die neueste Konfiguration: Der Prozess hat die Verbindung zu ihrer Quelle verloren. Alarme werden trotzdem angenommen und zugestellt.
ui-undo = Rückgängig
ui-close = Schließen
ui-forbidden = Nicht erlaubt
ui-missing = Nicht gefunden
ui-missing-text = So etwas ({ $what }) gibt es hier nicht. Vielleicht wurde es entfernt, oder die Adresse stimmt nicht ganz.
ui-invalid = Nicht gespeichert
ui-invalid-text = Es wurde nichts gespeichert. Bitte berichtigen Sie, was unten markiert ist.
ui-unavailable = Gerade nicht
ui-previous = Vorige Seite
ui-next = Nächste Seite
ui-range = { $from }–{ $to } von { $total }
ui-now = gerade eben
ui-in = in { $span }
ui-ago = vor { $span }
ui-days = { $n ->
    [one] 1 Tag
   *[other] { $n } Tagen
}
ui-weekdays = Mo Di Mi Do Fr Sa So
ui-months = Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez
ui-high = Hoch
ui-medium = Mittel
ui-low = Niedrig
