# Ordene i rammen.
ui-alerts = Varsler
ui-on-call = Vakt
ui-groups = Grupper
ui-users = Brukere
ui-integrations = Integrasjoner
ui-silences = Dempinger
ui-reports = Rapporter
ui-licences = Lisenser
ui-configuration = Konfigurasjon
ui-operator = Drift
ui-skip = Hopp til innholdet
ui-areas = Områder
ui-more = Mer
ui-account = Din konto
ui-sign-out = Logg ut
ui-search = Søk eller hopp til …
ui-search-short = Søk
ui-help = Hurtigtaster
ui-theme = Lyst eller mørkt
ui-instance = Instans
ui-revision = Konfigurasjon { $revision }
ui-age = bekreftet for { $seconds } s siden
ui-age-unknown = ikke bekreftet ennå
ui-stale = Siden viser kanskje ikke den nyeste konfigurasjonen: prosessen har mistet kontakten med stedet der den ligger. Varsler blir tatt imot og sendt likevel.
ui-undo = Angre
ui-close = Lukk
ui-forbidden = Ikke tillatt
ui-missing = Ikke funnet
ui-missing-text = Noe slikt ({ $what }) finnes ikke her. Det kan være fjernet, eller adressen er ikke helt riktig.
ui-invalid = Ikke lagret
ui-invalid-text = Ingenting ble lagret. Rett det som er merket nedenfor.
ui-unavailable = Ikke akkurat nå
ui-previous = Forrige side
ui-next = Neste side
ui-range = { $from }–{ $to } av { $total }
ui-now = akkurat nå
ui-in = om { $span }
ui-ago = for { $span } siden
ui-days = { $n ->
    [one] 1 dag
   *[other] { $n } dager
}
ui-weekdays = man. tir. ons. tor. fre. lør. søn.
ui-months = jan. feb. mars april mai juni juli aug. sep. okt. nov. des.
ui-high = Høy
ui-medium = Middels
ui-low = Lav
