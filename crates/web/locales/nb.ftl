# Norsk bokmål: alle sidene i denne pakken.

## Svarsiden: hva et svar ville gjøre
web-next-own = Du har den allerede.
web-next-over = Du tar over fra { $name }.
web-next-take = Du tar den. Ingen andre blir varslet.
web-next-escalate = Neste person blir varslet nå.
web-next-noted = Det blir notert. { $more }
web-next-end = Alarmen avsluttes for alle.
web-next-stop-user = Du blir ikke varslet igjen; de andre blir det.
web-next-stop-group = Gruppen din blir ikke varslet igjen.
web-next-record = Det blir notert. Alt annet fortsetter.
web-untold-closed = Alarmen er over.
web-untold-suspended = Alarmen er satt på vent, så ingen blir varslet.
web-untold-own = Du har alarmen, så ingen andre blir varslet.
web-untold-other = { $name } har alarmen, så ingen andre blir varslet.
web-untold-source = Alarmen er bekreftet, så ingen andre blir varslet.

## Hva et svar gjorde
web-late = Allerede over
web-late-text = Svaret ditt er notert. Alarmen var over før det kom frem.
web-again = Vi har svaret ditt
web-again-text = Du har gitt dette svaret før. Det gjelder, og ingenting ble gjort to ganger.
web-taken = Du har den
web-taken-text = Ingen andre blir varslet. Takk.
web-passed = Sendt videre
web-passed-text = Neste person blir varslet nå. Takk.
web-noted = Notert
web-ended-now = Avsluttet
web-ended-now-text = Alarmen er over for alle. Ingenting mer blir sendt.
web-stopped-user-text = Du blir ikke varslet igjen om denne alarmen; de andre blir det.
web-stopped-group-text = Gruppen din blir ikke varslet igjen om denne alarmen.
web-recorded-text = Svaret ditt står i alarmens forløp. Alt annet fortsetter.

## Hvordan det står til med alarmen
web-stands-unheld = Ingen har den ennå
web-stands-open = Ingen har svart ennå
web-stands-own = Du har den
web-stands-other = { $name } har den
web-stands-source = Bekreftet ved kilden
web-stands-suspended = På vent: ingenting blir sendt inntil videre
web-over-source = Over: avsenderen sier det
web-over-expired = Avsluttet: tiden er ute
web-over-own = Avsluttet av deg
web-over-other = Avsluttet av { $name }
web-over-plain = Avsluttet

## Selve siden
web-priority-high = Høy
web-priority-medium = Middels
web-priority-low = Lav
web-answered-text = Du svarte «{ $answer }». Du kan fortsatt endre det.
web-informed = Du blir holdt orientert
web-informed-text = Andre er bedt om å svare på denne alarmen. Du trenger ikke gjøre noe.
web-closed = Denne alarmen er over
web-closed-text = Du trenger ikke gjøre noe.
web-removed = en som er fjernet
web-from = fra { $name }
web-events = { $n } hendelser
web-told = Også varslet: { $names }
web-told-more = Også varslet: { $names } og { $n } til
web-you = Du
web-or-answer = Eller svar
web-or-change = Eller endre svaret ditt
web-footnote = Denne lenken ble sendt til { $name } og svarer som { $name } til { $until }. Ikke gi den videre.
web-who-answered = Hvem som har svart
web-earlier = { $n } tidligere
web-comment = Kommentar
web-comment-hint = valgfri, følger med svaret ditt

## Når en lenke eller et svar ikke virker
web-no-option = Dette svaret finnes ikke
web-no-option-text = Svarene som kan gis, kan ha endret seg siden meldingen ble sendt. Ingenting ble gjort.
web-long = Kommentaren er for lang
web-long-text = Ingenting ble gjort. Kort ned kommentaren, eller svar uten.
web-broken = Denne lenken virker ikke
web-broken-text = Den kan ha blitt delt i to. Åpne den fra meldingen igjen, eller kopier hele. Hvis det ikke hjelper, spør den som passer på Firebell.
web-expired = Denne lenken er utløpt
web-expired-text = Den kan ikke lenger svare. Ingenting ble gjort.
web-retry = Prøv igjen
web-retry-next = Svaret og kommentaren din er tatt vare på.
web-left = Denne lenken virker ikke lenger
web-left-text = Den ble sendt til en som ikke er her lenger. Ingenting ble gjort. Hvis det er deg, spør den som passer på Firebell.
web-gone = Denne alarmen er borte
web-gone-text = Den ble avsluttet for lenge siden, og fjernet etter tiden alarmer blir tatt vare på.
web-elsewhere-text = Den hører til en konto som denne serveren ikke kjenner. Spør den som passer på Firebell.
web-unanswerable = Dette kan ikke besvares
web-unanswerable-text = Det er over, eller svaret finnes ikke lenger. Ingenting ble gjort.
web-untaken = Vi kunne ikke ta imot svaret ditt
web-untaken-text = Ingenting ble registrert. Prøv igjen om et øyeblikk.
web-unshown = Vi kan ikke vise alarmen akkurat nå
web-unshown-text = Åpne lenken igjen om et øyeblikk.

## Rundt sidene for besøkende
web-skip = Hopp til innholdet
web-not-sure = Ikke sikkert akkurat nå
web-not-sure-sign-in = Innloggingen din kunne ikke bekreftes akkurat nå, fordi konfigurasjonen på denne serveren kanskje ikke er den nyeste. Sjekk det du skrev, eller prøv igjen om noen sekunder.
web-not-sure-instance = Det kunne ikke bekreftes akkurat nå om det finnes en instans «{ $name }», fordi konfigurasjonen på denne serveren kanskje ikke er den nyeste. Sjekk navnet, eller prøv igjen om noen sekunder.
web-missing = Noe mangler
web-too-much = Det var for mye
web-too-much-text = Det du skrev, er for langt. Kort det ned.
web-busy = Mange logger inn akkurat nå
web-busy-text = Ingenting ble gjort. Prøv igjen om et sekund.

## Innlogging
web-sign-in = Logg inn
web-sign-in-to = Logg inn på { $instance }
web-sign-in-missing = Skriv inn brukernavn og passord.
web-which = Hvilken instans?
web-which-text = Skriv inn navnet på instansen din.
web-no-instance = Ingen slik instans
web-no-instance-yet = Denne serveren har ingen instans ennå.
web-no-instance-text = Det finnes ingen instans «{ $name }» på denne serveren. Sjekk navnet.
web-set-up = Sett den opp
web-too-many = For mange forsøk
web-too-many-text = For mange mislykkede forsøk. Prøv igjen om { $n } s.
web-not-in = Du er ikke logget inn
web-not-in-text = Brukernavnet eller passordet er feil. Sjekk begge; store og små bokstaver betyr noe i passordet.
web-instance = Instans
web-instance-hint = hva organisasjonen din heter i Firebell
web-login = Brukernavn
web-password = Passord
web-forgot = Jeg har glemt passordet
web-tagline = Vekker rett person når noe svikter, og gir seg ikke før noen svarer.
web-kept = Du var logget ut. Det du skrev, er tatt vare på og blir tilbudt igjen etter innlogging.
web-entries = Det du skrev, er tatt vare på
web-entries-text = Du var logget ut før dette ble sendt, så ingenting ble gjort. Se på det, og send det nå.
web-entries-of = Du var på { $page }
web-entries-send = Send det nå
web-entries-drop = La det være
web-entries-shown = Det du skrev
web-entries-secret = (skjult)
web-entries-none = Det ble bare trykket på en knapp.
web-sign-out = Logg ut
web-sign-out-ask = Logge ut?
web-sign-out-text = Alarmer når deg fortsatt. Bare denne nettleseren glemmer deg.
web-stay = Forbli innlogget
web-signed-out = Du er logget ut
web-signed-out-text = Alarmer når deg fortsatt på enhetene dine.
web-sign-in-again = Logg inn igjen

## Et glemt passord
web-reset-ask = Glemt passordet?
web-reset-ask-text = Skriv inn brukernavnet ditt. En melding med en lenke til et nytt passord blir sendt til e-postenhetene dine.
web-reset-send = Send lenken
web-reset-missing = Skriv inn brukernavnet ditt.
web-reset-sent = Se i e-posten din
web-reset-sent-text = Hvis det finnes en slik bruker med en e-postenhet, er en melding med en lenke på vei. Lenken virker i 30 minutter.
web-reset-back = Tilbake til innlogging
web-reset-dead = Denne lenken virker ikke lenger
web-reset-dead-text = Den er brukt, er eldre enn 30 minutter, eller er ikke hel. Ingenting ble gjort.
web-reset-again = Be om en ny lenke
web-reset-no-mail = Ingen lenke kan sendes
web-reset-no-mail-text = Denne serveren sender ikke e-post. Be en administrator for instansen din om å sette et nytt passord.
web-reset-set = Velg et nytt passord
web-reset-set-text = Alle øktene dine avsluttes, på alle enheter.
web-reset-done-text = Alle øktene dine ble avsluttet. Logg inn med det nye passordet.
web-reset-failed = Passordet ble ikke satt
web-reset-later = Passordet kunne ikke settes akkurat nå
web-for = For { $login }.

## Passord
web-password-rules = Minst { $min } tegn, høyst { $max }. Flere ord er bra; tall og spesialtegn trengs ikke.
web-password-short = Et passord trenger minst { $min } tegn; dette har { $n }.
web-password-long = Et passord har høyst { $max } tegn; dette har { $n }.
web-password-uniform = Et passord trenger mer enn ett og samme tegn.
web-password-known = Dette passordet er et av dem alle prøver først. Velg et annet.
web-password-differ = Du skrev to forskjellige passord. Skriv det samme to ganger.
web-password-same = Det nye passordet er det gamle. Velg et annet.
web-password-new = Nytt passord
web-password-again = Det samme igjen
web-password-set-button = Sett passordet
web-password-done = Det nye passordet ditt er satt
web-old-works = Det gamle passordet ditt virker fortsatt. Prøv igjen om et øyeblikk.
web-password-change = Endre passordet ditt
web-password-change-text = Alle de andre øktene dine avsluttes, på alle enheter.
web-password-old = Gammelt passord
web-password-change-button = Endre passordet
web-password-unchanged = Passordet ble ikke endret
web-password-raced = Det ble nettopp endret av noen andre. Logg inn igjen; hvis det ikke var deg, spør en administrator for instansen din.
web-password-later = Passordet kunne ikke endres akkurat nå
web-password-wrong = Det gamle passordet er feil. Store og små bokstaver betyr noe.
web-password-done-text = Alle de andre øktene dine ble avsluttet.
web-password-current = Passordet ditt
web-password-current-hint = så ingen kan bli deg fra en nettleser som står åpen
web-password-current-mail-hint = bare hvis du endrer adressen eller slår på enheten: lenker til et nytt passord blir sendt dit
web-password-current-wrong = Passordet er feil. Store og små bokstaver betyr noe.

## Kontoen
web-account = Kontoen din
web-account-title = Du er logget inn som { $name }
web-account-line = Her sier du hvordan alarmer når deg, og ser hvor du er logget inn.
web-tabs = Kontoen din
web-tab-profile = Profil
web-tab-devices = Enheter
web-tab-keys = API-nøkler
web-tab-password = Passord
web-back-account = Tilbake til kontoen din
web-who-you-are = Hvem du er
web-user-name = Brukernavn
web-roles = Roller
web-licence = Lisens
web-licence-full = Full bruker
web-licence-stakeholder = Interessent: blir varslet, svarer ikke
web-identity-hint = Navn, roller og lisens endres av en administrator.
web-profile = Språk og tid
web-language = Språk
web-language-hint = på sidene for dem som svarer, og på det som sendes til deg der det er oversatt
web-zone = Tidssone
web-zone-hint = som du ser tider i, og som tidsrommene til enhetene dine gjelder i
web-save = Lagre
web-profile-saved = Profilen din er lagret.
web-language-unknown = Velg et av språkene.
web-zone-unknown = Denne tidssonen finnes ikke. Velg en som Europe/Oslo.
web-sessions = Hvor du er logget inn
web-session-own = denne økten
web-session-since = siden
web-session-end = Avslutt
web-session-end-of = { $act }: { $agent }
web-end-others = Avslutt alle andre
web-end-others-hint = De som bruker dem, må logge inn igjen.
web-no-session = Ingen slik økt
web-no-session-text = Den er allerede over, eller var aldri din.
web-agent = { $browser } på { $system }
web-agent-program = Et program
web-agent-browser = En nettleser
web-set-up-more = Oppsettet er ikke ferdig.
web-set-up-link = Fortsett med listen

## Enheter
web-devices = Enhetene dine
web-devices-none-line = Ingen alarm kan nå deg ennå.
web-devices-line = { $n ->
    [one] Én enhet; { $verified } bekreftet.
   *[other] { $n } enheter; { $verified } bekreftet.
 }
web-devices-order = Alarmer går til den første, venter så lenge den sier, og går så til den neste.
web-devices-empty = Ingen enheter ennå
web-devices-empty-text = Legg til en adresse eller et nummer, så alarmer når deg.
web-device-add = Legg til en enhet
web-device-list = Enhetene dine, i rekkefølgen de brukes
web-device-email = E-post
web-device-sms = SMS
web-device-voice = Telefonsamtale
web-device-webhook = Webhook
web-device-verified = Bekreftet
web-device-unverified = Ikke bekreftet
web-device-unverified-tip = Alarmer blir sendt hit likevel. Bekreft den for å være sikker på at de kommer frem.
web-device-inactive = Slått av
web-device-failsafe = Nødløsning
web-device-first = med en gang
web-device-next = etter den forrige
web-device-after = så { $n } min til neste
web-device-after-none = den neste rett etter
web-device-any = alle prioriteter
web-device-medium = bare Middels og Høy
web-device-high = bare Høy
web-device-always = når som helst
web-device-frames = { $n ->
    [one] i ett tidsrom
   *[other] i { $n } tidsrom
 }
web-device-frame = { $name }: { $days }, { $from }–{ $to }
web-device-signed = signert
web-device-up = Flytt { $name } opp
web-device-down = Flytt { $name } ned
web-device-edit = Rediger
web-device-edit-of = Rediger { $name }
web-device-remove = Fjern
web-device-remove-of = Fjern { $name }
web-device-test = Send meg en test
web-device-test-of = Send meg en test: { $name }
web-device-verify = Bekreft
web-device-verify-of = Bekreft { $name }
web-device-reach-keeps = Denne serveren tar vare på e-post i stedet for å sende den: ingen e-posttjener er satt opp.
web-device-reach-cannot = Denne serveren kan ikke sende til slike enheter ennå. Enheten beholdes, og ingenting blir sendt til den.
web-device-last = Siste forsøk
web-device-last-open = ble sendt { $when }; resultatet er ikke kjent
web-device-last-accepted = ble tatt imot { $when }: { $detail }
web-device-last-kept = ble ikke sendt { $when }: { $detail }
web-device-last-failed = mislyktes { $when }: { $detail }
web-device-tested = Testen til { $name } ble tatt imot av leverandøren: { $detail }
web-device-test-kept = Testen til { $name } ble ikke sendt: { $detail }
web-device-test-failed = Testen til { $name } mislyktes: { $detail }
web-device-too-many = For mange meldinger er sendt. Prøv igjen om { $n } s.
web-device-cannot = Ingenting ble sendt: denne serveren kan ikke sende til slike enheter.
web-device-moved = Rekkefølgen er endret.
web-device-removed = { $name } er fjernet.
web-device-restored = { $name } er tilbake.
web-device-restore-late = Den kan ikke hentes tilbake lenger. Legg den til på nytt.
web-device-restore-title = Ikke hentet tilbake
web-device-added = { $name } er lagt til. Bekreft den, så du vet at alarmer kommer frem.
web-device-saved = { $name } er lagret.
web-device-this = enhet
web-device-send-code = Send meg en kode
web-device-code-again = Send en ny kode
web-device-code = Kode
web-device-code-hint = seks sifre, fra meldingen
web-device-code-enter = Bekreft
web-device-code-sent = En kode ble sendt til { $address }. Den gjelder i { $n } minutter.
web-device-code-out = En kode er sendt. Skriv den inn her, eller få sendt en ny.
web-device-code-none = Få sendt en kode, og skriv den inn her.
web-device-code-failed = Koden kunne ikke sendes: { $detail }
web-device-code-wrong = Koden er feil. { $n ->
    [one] Ett forsøk til.
   *[other] { $n } forsøk til.
 }
web-device-unsent = Ingenting ble sendt
web-device-code-over = Denne koden gjelder ikke lenger. Få sendt en ny.
web-device-code-right = { $name } er bekreftet.
web-device-verify-title = Bekreft { $name }
web-device-verify-text = En kode viser at det som sendes til { $address }, kommer frem til deg. Ingenting annet endres: alarmer blir sendt dit med og uten.
web-device-already = Den er bekreftet { $when }.
web-devices-of = Enhetene til { $user }
web-devices-of-none-line = Ingen alarmer kan nå { $user } ennå.
web-devices-of-empty-text = Legg til en adresse eller et nummer, så alarmer når { $user }.
web-device-of-unverified-tip = Alarmer blir sendt hit likevel. { $user } kan bekrefte enheten i sin egen konto, for å være sikker på at de kommer frem.
web-device-of-test = Send en test
web-device-of-test-of = Send en test til { $name }
web-device-of-added = { $name } er lagt til. Den er ikke bekreftet: Det kan { $user } gjøre i sin egen konto.
web-device-of-new = Legg til en enhet for { $user }
web-device-of-new-text = Den kommer sist i rekkefølgen til { $user }. Du kan flytte den opp etterpå.
web-device-of-back = Tilbake til enhetene til { $user }
web-device-user = bruker
web-device-users = Brukere
web-device-new = Legg til en enhet
web-device-new-text = Den kommer sist i rekkefølgen din. Du kan flytte den opp etterpå.
web-device-kind = Type
web-device-name = Navn
web-device-name-hint = for eksempel Jobb eller Mobil
web-device-address-email = E-postadresse
web-device-address-phone = Telefonnummer
web-device-address-phone-hint = med landkode, som +4722334455
web-device-address-url = URL
web-device-address-url-hint = får en JSON-POST for hver melding
web-device-secret = Signeringsnøkkel
web-device-secret-hint = whsec_…; tom for ingen
web-device-secret-kept-hint = la den stå tom for å beholde den som er der
web-device-secret-drop = Fjern nøkkelen
web-device-delay = Minutter til neste enhet
web-device-delay-hint = hvor lenge det ventes på svar før neste enhet brukes
web-device-threshold = Brukes for
web-device-threshold-low = Alle prioriteter
web-device-default = Nødløsning: bruk den bare når ingen andre kan brukes
web-device-active = Bruk denne enheten
web-device-frames-title = Tidsrom
web-device-frames-text = Uten tidsrom brukes enheten når som helst. En rad uten navn regnes ikke med.
web-device-frame-name = Navn
web-device-frame-from = Fra
web-device-frame-minutes = Minutter
web-device-frame-days = Dager
web-device-frame-holidays = Ikke på helligdager
web-days = ma ti on to fr lø sø
web-device-frame-number = Tidsrom { $n }
web-device-frame-bad-start = Skriv timer og minutter, som 08:00.
web-device-frame-bad-minutes = Skriv 1 til 1440 minutter.
web-device-frame-bad-days = Velg minst én dag.
web-device-frame-bad-name = Skriv et navn på høyst 100 tegn.
web-device-name-bad = Skriv et navn på høyst 100 tegn uten |.
web-device-email-bad = Dette er ikke en e-postadresse.
web-device-phone-bad = Skriv nummeret med + og landkode, som +4722334455.
web-device-url-bad = Skriv en adresse som begynner med https:// eller http://.
web-device-delay-bad = Skriv hele minutter.
web-device-not-saved-text = Noen av feltene trenger oppmerksomhet.
web-device-back = Tilbake til enhetene dine
web-cancel = Avbryt
web-field-name = navn
web-field-address = adresse
web-field-delay = minutter
web-field-threshold = brukes for
web-field-frames = tidsrom
web-field-status = i bruk
web-field-default = nødløsning
web-yes = ja
web-no = nei

## API-nøkler
web-keys = API-nøklene dine
web-keys-line = { $n ->
    [0] Ingen programmer handler som deg.
    [one] Én nøkkel lar et program handle som deg.
   *[other] { $n } nøkler lar programmer handle som deg.
 }
web-keys-text = Et program med en nøkkel kan gjøre det du kan. Gi hvert program sin egen, så du kan trekke tilbake én uten de andre.
web-key-name = Navn
web-key-name-hint = hva den er til, for eksempel Sikkerhetskopi
web-key-create = Lag en nøkkel
web-key-new = Lag en nøkkel
web-key-list = API-nøklene dine
web-key-user = Bruker
web-key-created = Laget
web-key-used = Sist brukt
web-key-unused = ikke siden denne serveren startet
web-key-act = Trekk tilbake
web-key-revoke = Trekk tilbake
web-key-revoke-of = Trekk tilbake { $name }
web-key-revoked = { $name } er trukket tilbake. Programmer som bruker den, blir avvist fra nå av.
web-key-made = Nøkkelen { $name } er laget
web-key-made-text = Den vises bare nå. Kopier den inn i programmet; den kan ikke leses igjen.
web-key-secret = Hemmelighet
web-key-both = Bruker og hemmelighet, for HTTP Basic og FIREBELL_KEY
web-key-done = Jeg har kopiert den
web-key-name-bad = Skriv et navn på høyst 100 tegn.
web-key-not-made = Ingen nøkkel ble laget
web-key-this = API-nøkkel
web-key-password = Skriv inn passordet ditt.

## Første oppstart
web-start = Sett opp Firebell
web-start-text = Denne serveren har ingen ennå. Du lager den første instansen og administratoren: deg selv.
web-start-token = Oppsettnøkkel
web-start-token-hint = skrevet ut av firebell serve i terminalen da den startet
web-start-instance = Navn på instansen
web-start-instance-hint = organisasjonen din: små bokstaver, sifre, bindestreker
web-start-region = Region
web-region-emea = Europa, Midtøsten, Afrika
web-region-na = Nord-Amerika
web-region-apac = Asia, Stillehavet
web-start-you = Du
web-start-login = Brukernavn
web-start-login-hint = det du logger inn med
web-start-first = Fornavn
web-start-last = Etternavn
web-start-email = E-postadresse
web-start-email-hint = den første enheten din: alarmer blir sendt hit
web-start-create = Lag og logg inn
web-start-over = Denne serveren er satt opp
web-start-over-text = Det finnes allerede en instans, så ingen kan sette den opp igjen. Logg inn; den som driver serveren, kan lage flere personer med firebell user create.
web-start-none-text = Denne serveren startet uten oppsettnøkkel. Start den på nytt for å få en, eller bruk firebell instance create.
web-start-not = Ingenting ble satt opp
web-start-wrong = Nøkkelen er feil. Kopier hele fra terminalen til firebell serve.
web-start-spent = Nøkkelen gjelder ikke lenger. Start firebell serve på nytt: den skriver ut en ny.
web-start-many = { $n ->
    [one] Nøkkelen er feil, som mange andre det siste minuttet. Vent ett sekund, og kopier så hele nøkkelen fra terminalen til firebell serve.
   *[other] Nøkkelen er feil, som mange andre det siste minuttet. Vent { $n } sekunder, og kopier så hele nøkkelen fra terminalen til firebell serve.
}
web-start-busy = Noen andre setter den opp akkurat nå. Vent noen sekunder og last siden på nytt.
web-start-later = Den kunne ikke settes opp akkurat nå
web-start-later-text = Ingenting ble laget. Det du skrev, er tatt vare på, bortsett fra passordet og nøkkelen; prøv igjen om et øyeblikk.
web-start-instance-bad = Bruk 1 til 63 små bokstaver, sifre og bindestreker inni.
web-start-name-bad = Skriv 1 til 100 tegn.
web-start-welcome = Velkommen. { $instance } er laget, og du er logget inn.
web-checklist = Klar for den første alarmen
web-checklist-line = { $n ->
    [0] Alt er gjort.
    [one] Ett steg gjenstår.
   *[other] { $n } steg gjenstår.
 }
web-step-first = Den er din
web-checklist-done = Gjort
web-checklist-open = Å gjøre
web-step-device = Bekreft en av enhetene dine
web-step-device-text = Så du vet at alarmer når deg.
web-step-device-link = Enhetene dine
web-step-person = Legg til en person til
web-step-person-text = Ingen er våken hele tiden.
web-step-person-link = Legg til en bruker
web-step-group = Lag en gruppe med et skift
web-step-group-text = Den sier hvem som har vakt når.
web-step-group-link = Grupper
web-step-integration = Koble til en avsender
web-step-integration-text = For eksempel Prometheus eller Grafana: den får en nøkkel, og hendelsene dens blir alarmer.
web-step-integration-link = Integrasjoner
web-step-ring = Få en testalarm til å ringe
web-step-ring-text = En ekte hendelse går hele veien til dine egne enheter. Svar på den som på en ekte alarm.
web-ring = Ring meg nå
web-ring-again = Ring meg igjen
web-ring-title = Testalarmen din
web-ring-waiting = Hendelsen er tatt imot og på vei. Hvis ingen alarm dukker opp i løpet av sekunder, skjules den av en stillhet eller et vedlikeholdsvindu.
web-ring-nobody = Alarmen er der, men ingen av enhetene dine kan brukes akkurat nå. Se på tidsrommene og prioritetene deres.
web-ring-pending = { $device }: venter på å bli sendt
web-ring-delivered = { $device }: levert { $when }
web-ring-failed = { $device }: mislyktes
web-ring-cancelled = { $device }: trengs ikke lenger
web-ring-kept = { $device }: ligger i utboksen, fordi ingen e-posttjener er satt opp
web-ring-unsent = Ingenting ringte: denne serveren tar vare på e-post i stedet for å sende den. Sett opp en e-posttjener (smtp.host), eller legg til en enhet den kan sende til, og prøv igjen.
web-ring-answer-now = Svar på den nå, på enheten som ringte.
web-ring-answered = Du svarte «{ $answer }» { $when }. Alt virker.
web-ring-alert = Alarm { $number }
web-ring-no-device = Du har ingen enhet som kan ringe. Legg til en først.
web-ring-later = Hendelsen kunne ikke tas imot akkurat nå. Prøv igjen om et øyeblikk.
web-ring-title-not = Ingenting ringte
web-ring-refresh = Last på nytt
web-ring-event = Testalarm for { $name }
web-checklist-link = Gå til alarmene

## Uten forbindelse
web-offline = Du er frakoblet
web-offline-text = Firebells sider blir ikke lagret på denne enheten, fordi det de sier, må være sant. Alarmer når deg fortsatt på de måtene du har valgt. Koble til, og last siden på nytt.
web-offline-retry = Last på nytt
