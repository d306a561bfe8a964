# Hva som skjedde med et varsel.
told-accepted = Hendelse mottatt fra { $source }
told-opened = Varsel { $n } åpnet, prioritet { $priority }
told-repeated = { $n } hendelser så langt, den nyeste fra { $source }
told-raised = Prioriteten ble hevet til { $priority } av en senere hendelse
told-acknowledged-source = Tatt av kilden, { $source }
told-resolved-source = Løst av kilden, { $source }
told-ran-out = Avsluttet: tiden var ute
told-would-run-out = Varselet ville slutte her hvis ingen hadde svart
told-high = høy
told-medium = middels
told-low = lav
told-unknown = Hendelsen nevner mottakere som ikke finnes: { $names }
told-shift = Sendt videre til { $group } · vakt { $shift } ({ $zone }) · { $n ->
    [one] 1 plass
   *[other] { $n } plasser
}
told-broadcast = Sendt videre til { $group } · til alle: { $n ->
    [one] 1 medlem
   *[other] { $n } medlemmer
}
told-nobody-on-call = Ingen vakt i { $group } gjelder nå: ingen har vakt
told-group-again = { $group } ble nådd før og varsles én gang
told-too-deep = { $group } er nøstet for dypt og varsles ikke
told-supervisor = Ingen i { $group } kan varsles, derfor varsles { $name }, som leder gruppen
told-too-many = Flere mottakere enn ett varsel kan nå: resten varsles ikke
told-nobody = Ingen kunne varsles om dette
told-not = Ikke varslet: { $why }
told-not-group = { $group } er inaktiv eller fjernet
told-not-recipient = { $name } er inaktiv, borte eller fjernet
told-not-asked = { $name } ba om ikke å bli varslet om dette
told-not-device = { $name } ({ $why }): { $devices }
told-no-device = ingen enhet
told-next-place = Ikke noe svar ennå: { $group } eskalerer til neste plass
told-new-round = Ingen svarte: eskaleringen i { $group } begynner på nytt
told-passed-vacant = Plass { $n }: { $name } er borte, og ingen vikarierer
told-passed-inactive = Plass { $n }: { $name } er inaktiv eller fjernet
told-passed-no-device = Plass { $n }: { $name } hoppes over: { $who } har ingen enhet som kan brukes nå
told-passed-unusable = Plass { $n }: { $name } kan ikke brukes nå
told-passed-nobody = Plass { $n }: { $name } har ingen som kan varsles nå
told-walk-ended = Eskaleringen i { $group } er slutt
told-walk-ended-notice = Eskaleringen i { $group } er slutt; { $name } får vite at ingen svarte
told-walk-broken = Eskaleringen slutter her:
told-told = { $name } ({ $why }) varsles på { $devices }
told-after = { $device } etter { $wait }
told-not-on = ikke på { $devices }
told-before = { $name } ({ $why }) ble varslet før
told-skip = { $device } ({ $why })
told-skip-inactive = inaktiv
told-skip-priority = bare fra prioritet { $priority }
told-skip-time = utenfor tidene sine
told-skip-failsafe = nødenhet, ikke nødvendig
told-why-shift = på vakt for { $group } · vakt { $shift }
told-why-place = på vakt for { $group } · vakt { $shift }, plass { $n }
told-why-group = fra { $group }
told-why-named = nevnt direkte
told-why-peer = eskalering til en kollega
told-why-management = eskalering til ledelsen
told-why-stands-in = vikar for { $name }
told-why-round = runde { $n }
told-delivered = { $name } · { $device }: levert.
told-retrying = { $name } · { $device }: ikke levert, prøves igjen om { $wait }.
told-failed = { $name } · { $device }: kunne ikke leveres.
told-detail-kept = Ingen e-posttjener er satt opp: meldingen ble ikke sendt og kan ses i utboksen.
told-detail-instance = Instansen ble fjernet.
told-detail-recipient = Ikke sendt: personen eller enheten ble fjernet.
told-detail-inactive = Ikke sendt: enheten er inaktiv.
told-detail-no-channel = Ingen kanal for { $kind } er satt opp.
told-detail-channel = Kanalen sviktet uventet.
told-template-subject = Skjemaets mal for emnet kan ikke brukes:
told-template-body = Skjemaets mal for teksten kan ikke brukes:
told-template-webhook = Skjemaets mal for webhooks feilet, den vanlige ble brukt:
told-answered = { $name } svarte «{ $answer }» via { $via }
told-answered-comment = { $answered }: «{ $comment }»
told-via-link = en lenke
told-via-api = API-et
told-via-page = en side
told-again = { $answered } (gitt før)
told-late = { $answered } (varselet var over)
told-acknowledged = Tatt av { $name }: ingen andre varsles
told-ended = Avsluttet av { $name }
told-no-more = { $name } varsles ikke mer om dette ({ $n } avlyst)
told-stopped = { $name } varsles ikke mer
told-escalated = Eskalert til neste plass med en gang
told-nobody-further = Ingen flere å eskalere til
told-suspended = Satt på vent av { $name }: ingenting sendes før det gjenopptas
told-resumed = Gjenopptatt av { $name }
told-removed-person = (fjernet person)
told-removed-device = (fjernet enhet)
told-removed-group = (fjernet gruppe)
told-removed-shift = (fjernet vakt)
told-if-no-form = Integrasjonen har ikke noe skjema: hendelsen ville bli avvist
told-if-trigger = Hendelsen ville bli talt med i det åpne varselet med samme nøkkel, hvis det finnes; ingen varsles
told-if-acknowledge = Hendelsen ville ta det åpne varselet med samme nøkkel, hvis det finnes; ingen varsles
told-if-resolve = Hendelsen ville løse det åpne varselet med samme nøkkel, hvis det finnes; ingen varsles
told-if-silence = En demping ville skjule hendelsen: { $comment }
told-if-window = Vedlikeholdsvinduet { $name } ville skjule hendelsen
told-if-nobody = Et varsel ville bli åpnet, og ingen kunne varsles
told-if-opened = Et varsel ville bli åpnet; { $n ->
    [one] 1 person
   *[other] { $n } personer
} ville bli varslet hvis ingen svarte
