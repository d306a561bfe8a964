# Was mit einem Alarm geschah.
told-accepted = Ereignis angenommen von { $source }
told-opened = Alarm { $n } eröffnet, Priorität { $priority }
told-repeated = Bisher { $n } Ereignisse, das neueste von { $source }
told-raised = Priorität durch ein späteres Ereignis erhöht auf { $priority }
told-acknowledged-source = Von der Quelle übernommen: { $source }
told-resolved-source = Von der Quelle gelöst: { $source }
told-ran-out = Beendet: Seine Zeit lief ab
told-would-run-out = Hier würde der Alarm enden, wenn niemand geantwortet hätte
told-high = hoch
told-medium = mittel
told-low = niedrig
told-unknown = Das Ereignis nennt Empfänger, die es nicht gibt: { $names }
told-shift = Weitergeleitet an { $group } · Schicht { $shift } ({ $zone }) · { $n ->
    [one] 1 Platz
   *[other] { $n } Plätze
}
told-broadcast = Weitergeleitet an { $group } · Rundruf an { $n ->
    [one] 1 Mitglied
   *[other] { $n } Mitglieder
}
told-nobody-on-call = Keine Schicht von { $group } gilt gerade: Niemand ist in Bereitschaft
told-group-again = { $group } wurde schon erreicht und wird nur einmal benachrichtigt
told-too-deep = { $group } ist zu tief verschachtelt und wird nicht benachrichtigt
told-supervisor = Niemand von { $group } ist zu erreichen, darum wird { $name } als Leitung der Gruppe benachrichtigt
told-too-many = Mehr Empfänger, als ein Alarm benachrichtigen darf: Die übrigen werden nicht benachrichtigt
told-nobody = Niemand konnte über diesen Alarm benachrichtigt werden
told-not = Nicht benachrichtigt: { $why }
told-not-group = { $group } ist inaktiv oder entfernt
told-not-recipient = { $name } ist inaktiv, abwesend oder entfernt
told-not-asked = { $name } wollte über diesen Alarm nicht benachrichtigt werden
told-not-device = { $name } ({ $why }): { $devices }
told-no-device = kein Gerät
told-next-place = Noch keine Antwort: { $group } eskaliert an den nächsten Platz
told-new-round = Niemand hat geantwortet: Die Eskalation von { $group } beginnt von vorn
told-passed-vacant = Platz { $n }: { $name } ist abwesend, und niemand vertritt
told-passed-inactive = Platz { $n }: { $name } ist inaktiv oder entfernt
told-passed-no-device = Platz { $n }: { $name } wird übergangen: { $who } hat kein Gerät, das jetzt benutzt werden darf
told-passed-unusable = Platz { $n }: { $name } darf jetzt nicht benutzt werden
told-passed-nobody = Platz { $n }: { $name } hat niemanden, der jetzt benachrichtigt werden kann
told-walk-ended = Die Eskalation von { $group } ist zu Ende
told-walk-ended-notice = Die Eskalation von { $group } ist zu Ende; { $name } erfährt, dass niemand geantwortet hat
told-walk-broken = Die Eskalation endet hier:
told-told = { $name } ({ $why }) wird benachrichtigt auf { $devices }
told-after = { $device } nach { $wait }
told-not-on = nicht auf { $devices }
told-before = { $name } ({ $why }) wurde schon benachrichtigt
told-skip = { $device } ({ $why })
told-skip-inactive = inaktiv
told-skip-priority = nur ab Priorität { $priority }
told-skip-time = außerhalb seiner Zeiten
told-skip-failsafe = Notgerät, nicht gebraucht
told-why-shift = in Bereitschaft für { $group } · Schicht { $shift }
told-why-place = in Bereitschaft für { $group } · Schicht { $shift }, Platz { $n }
told-why-group = aus { $group }
told-why-named = direkt genannt
told-why-peer = kollegiale Eskalation
told-why-management = Eskalation an Vorgesetzte
told-why-stands-in = vertritt { $name }
told-why-round = Runde { $n }
told-delivered = { $name } · { $device }: zugestellt.
told-retrying = { $name } · { $device }: nicht zugestellt, noch einmal in { $wait }.
told-failed = { $name } · { $device }: konnte nicht zugestellt werden.
told-detail-kept = Kein Mailserver ist eingerichtet: Die Nachricht wurde nicht gesendet und ist im Postausgang zu sehen.
told-detail-instance = Die Instanz wurde entfernt.
told-detail-recipient = Nicht gesendet: Die Person oder das Gerät wurde entfernt.
told-detail-inactive = Nicht gesendet: Das Gerät ist inaktiv.
told-detail-no-channel = Für { $kind } ist kein Kanal eingerichtet.
told-detail-channel = Der Kanal ist unerwartet ausgefallen.
told-template-subject = Die Betreff-Vorlage des Formulars ist nicht verwendbar:
told-template-body = Die Text-Vorlage des Formulars ist nicht verwendbar:
told-template-webhook = Die Webhook-Vorlage des Formulars schlug fehl, die übliche wurde benutzt:
told-answered = { $name } antwortete „{ $answer }“ über { $via }
told-answered-comment = { $answered }: „{ $comment }“
told-via-link = einen Link
told-via-api = die API
told-via-page = eine Seite
told-again = { $answered } (schon gegeben)
told-late = { $answered } (der Alarm war vorbei)
told-acknowledged = Übernommen von { $name }: Sonst wird niemand benachrichtigt
told-ended = Beendet von { $name }
told-no-more = { $name } wird über diesen Alarm nicht mehr benachrichtigt ({ $n } abgesagt)
told-stopped = { $name } wird nicht mehr benachrichtigt
told-escalated = Sofort an den nächsten Platz eskaliert
told-nobody-further = Niemand mehr, an den eskaliert werden könnte
told-suspended = Ausgesetzt von { $name }: Bis er fortgesetzt wird, wird nichts gesendet
told-resumed = Fortgesetzt von { $name }
told-removed-person = (entfernte Person)
told-removed-device = (entferntes Gerät)
told-removed-group = (entfernte Gruppe)
told-removed-shift = (entfernte Schicht)
told-if-no-form = Die Integration hat kein Formular: Das Ereignis würde abgelehnt
told-if-trigger = Das Ereignis würde zum offenen Alarm unter seinem Schlüssel gezählt, wenn es einen gibt; niemand wird benachrichtigt
told-if-acknowledge = Das Ereignis würde den offenen Alarm unter seinem Schlüssel übernehmen, wenn es einen gibt; niemand wird benachrichtigt
told-if-resolve = Das Ereignis würde den offenen Alarm unter seinem Schlüssel lösen, wenn es einen gibt; niemand wird benachrichtigt
told-if-silence = Eine Stummschaltung würde das Ereignis verbergen: { $comment }
told-if-window = Das Wartungsfenster { $name } würde das Ereignis verbergen
told-if-nobody = Ein Alarm würde eröffnet, und niemand wäre zu benachrichtigen
told-if-opened = Ein Alarm würde eröffnet; { $n ->
    [one] 1 Person würde
   *[other] { $n } Personen würden
} benachrichtigt, wenn niemand antwortete
