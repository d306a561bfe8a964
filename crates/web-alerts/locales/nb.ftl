# Ordene på varselsidene.
alerts-title = Varsler
alerts-alert = varsel
alerts-number = Varsel { $n }
alerts-need-you = { $n ->
    [0] Ingenting trenger deg
    [one] 1 trenger deg
   *[other] { $n } trenger deg
}
alerts-need-you-many = Mer enn { $n } trenger deg
alerts-open = { $n } åpne
alerts-open-many = mer enn { $n } åpne
alerts-resolved = { $n } løst i dag
alerts-resolved-many = mer enn { $n } løst i dag
alerts-send = Send melding
alerts-connect = Koble til en avsender
alerts-all = Vis alle varsler
alerts-views = Visninger
alerts-tab-all = Ikke løst
alerts-tab-needs = Trenger meg
alerts-tab-told = Jeg ble varslet
alerts-tab-closed = Løst
alerts-filters = Filtre
alerts-search = Søk
alerts-search-hint = Tittel eller nøkkel
alerts-status = Status
alerts-status-current = Ikke løst
alerts-status-open = Åpen
alerts-status-acknowledged = Tatt
alerts-status-suspended = Satt på vent
alerts-status-closed = Løst
alerts-status-all = Alle statuser
alerts-priority-any = Alle prioriteter
alerts-priority-high = Høy
alerts-priority-medium = Middels
alerts-priority-low = Lav
alerts-age = Åpnet
alerts-age-any = Når som helst
alerts-age-1h = Siste time
alerts-age-24h = Siste 24 timer
alerts-age-7d = Siste 7 dager
alerts-age-30d = Siste 30 dager
alerts-group-any = Alle grupper
alerts-group-name = Navnet på en gruppe
alerts-apply = Bruk
alerts-save-view = Lagrede visninger
alerts-view = lagret visning
alerts-view-name = Navn
alerts-view-keep = Lagre disse filtrene
alerts-view-rename = Gi nytt navn
alerts-view-delete = Slett
alerts-view-delete-one = Slett den lagrede visningen { $name }
alerts-view-kept = Visningen ble lagret.
alerts-view-renamed = Visningen fikk nytt navn.
alerts-view-deleted = Visningen { $name } ble slettet.
alerts-view-bad-name = Ikke lagret: gi et navn på 1 til { $n } synlige tegn.
alerts-view-no-filter = Ikke lagret: velg filtre først. Uten filtre er listen alltid ett klikk unna.
alerts-view-too-many = Ikke lagret: du har allerede { $n } visninger. Slett en først.
alerts-view-taken = Ikke lagret: en annen av visningene dine heter det allerede.
alerts-head-priority = Prioritet
alerts-head-alert = Varsel
alerts-head-group = Gruppe
alerts-head-state = Tilstand
alerts-head-opened = Åpnet
alerts-pick = Velg varsel { $n }
alerts-times = { $n ->
    [one] 1 hendelse
   *[other] { $n } hendelser
}
alerts-more = +{ $n }
alerts-escalates = eskalerer
alerts-escalates-then = Eskalerer
alerts-state-open = Åpen
alerts-state-acknowledged = Tatt
alerts-state-suspended = Satt på vent
alerts-state-closed = Løst
alerts-who-told = { $names } varslet
alerts-who-failed = ingen kunne nås
alerts-who-soon = sendes nå
alerts-who-nobody = ingen varsles
alerts-who-source = av kilden
alerts-who-suspended = ingenting sendes
alerts-who-expired = tiden løp ut
alerts-removed-person = (fjernet person)
alerts-removed-device = (fjernet enhet)
alerts-bulk = Med de valgte varslene:
alerts-acknowledge = Ta
alerts-resolve = Løs
alerts-bulk-none = Ingenting var valgt, så ingenting ble gjort.
alerts-bulk-what = Ingenting ble gjort: velg Ta eller Løs.
alerts-bulk-too-many = Ingenting ble gjort: velg høyst { $n } varsler.
alerts-bulk-acknowledged = { $n ->
    [one] 1 varsel tatt.
   *[other] { $n } varsler tatt.
}
alerts-bulk-resolved = { $n ->
    [one] 1 varsel løst.
   *[other] { $n } varsler løst.
}
alerts-bulk-before = { $n ->
    [one] 1 var det allerede.
   *[other] { $n } var det allerede.
}
alerts-bulk-late = { $n ->
    [one] 1 var allerede over.
   *[other] { $n } var allerede over.
}
alerts-bulk-gone = { $n ->
    [one] 1 finnes ikke lenger.
   *[other] { $n } finnes ikke lenger.
}
alerts-new = { $n ->
    [one] 1 nytt varsel
   *[other] { $n } nye varsler
}
alerts-much = Mye er endret: vis
alerts-range = { $from }–{ $to } av { $total }
alerts-total-many = mer enn { $n }
alerts-total-so-far = { $n } så langt
alerts-window-older = De nyeste { $n } varslene i denne visningen er gjennomsøkt.
alerts-window-newer = { $n } varsler i denne visningen er gjennomsøkt.
alerts-window-go = Søk videre
alerts-none = Alt er rolig
alerts-none-text = Ingen varsler er åpne. Nye dukker opp her av seg selv.
alerts-none-such = Ingen slike varsler
alerts-none-such-text = Ingen varsler passer til disse filtrene. Nye som passer, dukker opp her av seg selv.
alerts-opened = åpnet
alerts-closed = løst
alerts-now-nobody = Ingen varsles om dette.
alerts-now-sending = Ingen er nådd ennå.
alerts-now-told = { $names } varslet, ikke noe svar ennå.
alerts-now-told-more = { $names } og { $n } til varslet, ikke noe svar ennå.
alerts-now-mine = Du har det; ingen andre varsles.
alerts-now-taken = { $name } har det; ingen andre varsles.
alerts-now-taken-source = Tatt av kilden; ingen andre varsles.
alerts-now-suspended = Satt på vent: ingenting sendes før det gjenopptas.
alerts-now-closed = Løst.
alerts-now-closed-by = Løst av { $name } etter { $span }.
alerts-now-closed-source = Løst av kilden etter { $span }.
alerts-now-expired = Avsluttet av seg selv etter { $span }: ingen løste det i tide.
alerts-do-acknowledge = Ta
alerts-do-take = Overta
alerts-do-resolve = Løs
alerts-do-escalate = Eskaler nå
alerts-do-suspend = Sett på vent
alerts-do-resume = Gjenoppta
alerts-do-comment = Bare kommenter
alerts-comment = Kommentar (følger knappen du trykker)
alerts-only-reading = Du kan lese dette varselet
alerts-facts = Opplysninger
alerts-fact-group = Gruppe
alerts-fact-source = Kilde
alerts-fact-form = Skjema
alerts-fact-count = Står for
alerts-fact-key = Nøkkel
alerts-fact-expires = Slutter av seg selv
alerts-properties = { $n ->
    [one] 1 opplysning fra avsenderen
   *[other] { $n } opplysninger fra avsenderen
}
alerts-told = Hvem som ble varslet
alerts-told-nobody = Ingen så langt.
alerts-not-told = Ikke varslet
alerts-sent-later = venter
alerts-sent-now = sendes nå
alerts-sent-again = prøves igjen
alerts-sent-delivered = levert
alerts-sent-failed = ikke levert
alerts-sent-cancelled = ikke nødvendig
alerts-sent-answered = besvart
alerts-next = Hvis ingen svarer
alerts-next-more = … og så videre til det slutter.
alerts-next-none = Ingen andre varsles. Varselet slutter av seg selv { $when }.
alerts-next-taken = Ingenting mer sendes: noen har det.
alerts-next-suspended = Ingenting sendes før varselet gjenopptas.
alerts-next-closed = Ingenting: det er over.
alerts-hidden = Gjentakelser er skjult
alerts-hidden-silence = Dempingen «{ $name }» skjuler flere hendelser som denne til { $until }. Selve varselet er ikke skjult.
alerts-hidden-window = Vedlikeholdsvinduet { $name } skjuler flere hendelser som denne akkurat nå. Selve varselet er ikke skjult.
alerts-hidden-show = Vis
alerts-said = Svar
alerts-said-again = gitt før
alerts-said-late = varselet var over
alerts-timeline = Hva som skjedde
alerts-timeline-all = Vis hva som skjedde før
alerts-act-what = Ingenting ble gjort: trykk på en av knappene.
alerts-act-no-comment = Ingenting ble gjort: skriv en kommentar først.
alerts-act-not-done = Ingenting ble gjort
alerts-act-too-long = Kommentaren er lengre enn { $n } tegn. Gå tilbake og gjør den kortere.
alerts-act-no-option = Dette svaret finnes ikke lenger: skjemaet ble endret. Last varselet på nytt.
alerts-act-closed = Varselet er over, og ingenting åpner det igjen.
alerts-act-same = Det var allerede slik; svaret ditt er notert.
alerts-act-late = Varselet var allerede over; svaret ditt er notert.
alerts-act-noted = Kommentaren din ble lagt til.
alerts-act-acknowledged = Tatt: { $name } har det, ingen andre varsles.
alerts-act-resolved = Løst.
alerts-act-escalated = Eskalert: neste plass varsles nå.
alerts-act-stopped = Du varsles ikke mer om dette.
alerts-act-suspended = Satt på vent: ingenting sendes før det gjenopptas.
alerts-act-resumed = Gjenopptatt.
alerts-send-lead = Den åpner et varsel og ringer dem du velger, slik varsler gjør: på enhetene deres, med eskalering.
alerts-send-summary = Tittel
alerts-send-text = Melding
alerts-send-find = Finn personer og grupper
alerts-send-search = Søk
alerts-send-to = Til
alerts-send-to-hint = De som er avkrysset, varsles.
alerts-send-group = gruppe
alerts-send-nobody-yet = Ingen er valgt ennå.
alerts-send-none-found = Ingen heter det.
alerts-send-form-recipients = Eller varsle skjemaets mottakere hvis ingen er avkrysset
alerts-send-priority-form = Som skjemaet sier
alerts-send-door-hint = Svarene, malene og levetiden til skjemaet gjelder.
alerts-send-properties = Opplysninger
alerts-send-properties-hint = Én per linje: navn=verdi
alerts-send-now = Send
alerts-send-sent = Sendt. Dette er varselet.
alerts-send-accepted = Mottatt. Et eget varsel er ikke åpnet ennå: kanskje en demping skjuler det.
alerts-send-not = Ikke sendt
alerts-send-too-many = Integrasjonen til skjemaet sender mer enn den får på ett minutt. Det du skrev, er tatt vare på; prøv igjen om et minutt.
alerts-send-unavailable = Meldingen kunne ikke lagres akkurat nå. Det du skrev, er tatt vare på; prøv igjen om litt.
alerts-send-no-doors = Ikke noe skjema ennå
alerts-send-no-doors-text = En melding går ut med et skjema: hva som kan svares, hvor lenge den lever. Skjemaer hører til integrasjoner, og det finnes ingen.
alerts-send-no-summary = Gi en tittel: hva som er galt, eller hva som trengs.
alerts-send-long-summary = Tittelen kan ha høyst { $n } tegn.
alerts-send-invisible = Tittelen inneholder usynlige tegn. Skriv den på nytt i stedet for å lime den inn.
alerts-send-no-door = Velg et skjema.
alerts-send-bad-priority = Velg Høy, Middels, Lav eller det skjemaet sier.
alerts-send-no-recipients = Velg noen: søk, og kryss av personer eller grupper.
alerts-send-many-recipients = Velg høyst { $n } mottakere; samle dem i en gruppe.
alerts-send-lost-recipient = En du valgte, finnes ikke lenger. Se over listen og send på nytt.
alerts-send-long-properties = Opplysninger kan ha høyst { $n } tegn til sammen.
alerts-send-many-properties = Høyst { $n } opplysninger.
alerts-send-bad-property = Linje { $n } har ikke formen navn=verdi.
alerts-send-refused = Meldingen kan ikke tas imot slik den er ({ $field }): gjør den kortere.
