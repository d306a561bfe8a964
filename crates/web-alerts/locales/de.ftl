# Die Wörter der Alarmseiten.
alerts-title = Alarme
alerts-alert = Alarm
alerts-number = Alarm { $n }
alerts-need-you = { $n ->
    [0] Nichts braucht dich
    [one] 1 braucht dich
   *[other] { $n } brauchen dich
}
alerts-need-you-many = Mehr als { $n } brauchen dich
alerts-open = { $n } offen
alerts-open-many = mehr als { $n } offen
alerts-resolved = { $n } heute gelöst
alerts-resolved-many = mehr als { $n } heute gelöst
alerts-send = Nachricht senden
alerts-connect = Einen Absender anbinden
alerts-all = Alle Alarme zeigen
alerts-views = Ansichten
alerts-tab-all = Nicht gelöst
alerts-tab-needs = Brauchen mich
alerts-tab-told = Mir gemeldet
alerts-tab-closed = Gelöst
alerts-filters = Filter
alerts-search = Suche
alerts-search-hint = Titel oder Schlüssel
alerts-status = Status
alerts-status-current = Nicht gelöst
alerts-status-open = Offen
alerts-status-acknowledged = Übernommen
alerts-status-suspended = Ausgesetzt
alerts-status-closed = Gelöst
alerts-status-all = Jeder Status
alerts-priority-any = Jede Priorität
alerts-priority-high = Hoch
alerts-priority-medium = Mittel
alerts-priority-low = Niedrig
alerts-age = Eröffnet
alerts-age-any = Irgendwann
alerts-age-1h = Letzte Stunde
alerts-age-24h = Letzte 24 Stunden
alerts-age-7d = Letzte 7 Tage
alerts-age-30d = Letzte 30 Tage
alerts-group-any = Jede Gruppe
alerts-group-name = Name einer Gruppe
alerts-apply = Anwenden
alerts-save-view = Gespeicherte Ansichten
alerts-view = gespeicherte Ansicht
alerts-view-name = Name
alerts-view-keep = Diese Filter speichern
alerts-view-rename = Umbenennen
alerts-view-delete = Löschen
alerts-view-delete-one = Die gespeicherte Ansicht { $name } löschen
alerts-view-kept = Die Ansicht wurde gespeichert.
alerts-view-renamed = Die Ansicht wurde umbenannt.
alerts-view-deleted = Die Ansicht { $name } wurde gelöscht.
alerts-view-bad-name = Nicht gespeichert: Gib einen Namen mit 1 bis { $n } sichtbaren Zeichen an.
alerts-view-no-filter = Nicht gespeichert: Wähle zuerst Filter. Ohne Filter ist die Liste immer einen Klick entfernt.
alerts-view-too-many = Nicht gespeichert: Du hast schon { $n } Ansichten. Lösche zuerst eine.
alerts-view-taken = Nicht gespeichert: Eine andere deiner Ansichten heißt schon so.
alerts-head-priority = Priorität
alerts-head-alert = Alarm
alerts-head-group = Gruppe
alerts-head-state = Stand
alerts-head-opened = Eröffnet
alerts-pick = Alarm { $n } auswählen
alerts-times = { $n ->
    [one] 1 Ereignis
   *[other] { $n } Ereignisse
}
alerts-more = +{ $n }
alerts-escalates = eskaliert
alerts-escalates-then = Eskaliert
alerts-state-open = Offen
alerts-state-acknowledged = Übernommen
alerts-state-suspended = Ausgesetzt
alerts-state-closed = Gelöst
alerts-who-told = { $names } benachrichtigt
alerts-who-failed = niemand war zu erreichen
alerts-who-soon = wird gesendet
alerts-who-nobody = niemand wird benachrichtigt
alerts-who-source = durch die Quelle
alerts-who-suspended = es wird nichts gesendet
alerts-who-expired = seine Zeit lief ab
alerts-removed-person = (entfernte Person)
alerts-removed-device = (entferntes Gerät)
alerts-bulk = Mit den ausgewählten Alarmen:
alerts-acknowledge = Übernehmen
alerts-resolve = Lösen
alerts-bulk-none = Es war nichts ausgewählt, darum geschah nichts.
alerts-bulk-what = Es geschah nichts: Wähle Übernehmen oder Lösen.
alerts-bulk-too-many = Es geschah nichts: Wähle höchstens { $n } Alarme aus.
alerts-bulk-acknowledged = { $n ->
    [one] 1 Alarm übernommen.
   *[other] { $n } Alarme übernommen.
}
alerts-bulk-resolved = { $n ->
    [one] 1 Alarm gelöst.
   *[other] { $n } Alarme gelöst.
}
alerts-bulk-before = { $n ->
    [one] 1 war es schon.
   *[other] { $n } waren es schon.
}
alerts-bulk-late = { $n ->
    [one] 1 war schon vorbei.
   *[other] { $n } waren schon vorbei.
}
alerts-bulk-gone = { $n ->
    [one] 1 gibt es nicht mehr.
   *[other] { $n } gibt es nicht mehr.
}
alerts-new = { $n ->
    [one] 1 neuer Alarm
   *[other] { $n } neue Alarme
}
alerts-much = Vieles hat sich geändert: zeigen
alerts-range = { $from }–{ $to } von { $total }
alerts-total-many = mehr als { $n }
alerts-total-so-far = bisher { $n }
alerts-window-older = Die neuesten { $n } Alarme dieser Ansicht wurden durchgesehen.
alerts-window-newer = { $n } Alarme dieser Ansicht wurden durchgesehen.
alerts-window-go = Weiter suchen
alerts-none = Alles ruhig
alerts-none-text = Kein Alarm ist offen. Neue erscheinen hier von selbst.
alerts-none-such = Keine solchen Alarme
alerts-none-such-text = Kein Alarm passt zu diesen Filtern. Neue, die passen, erscheinen hier von selbst.
alerts-opened = eröffnet
alerts-closed = gelöst
alerts-now-nobody = Niemand wird über diesen Alarm benachrichtigt.
alerts-now-sending = Noch wurde niemand erreicht.
alerts-now-told = { $names } benachrichtigt, noch keine Antwort.
alerts-now-told-more = { $names } und { $n } weitere benachrichtigt, noch keine Antwort.
alerts-now-mine = Du hast ihn; sonst wird niemand benachrichtigt.
alerts-now-taken = { $name } hat ihn; sonst wird niemand benachrichtigt.
alerts-now-taken-source = Von der Quelle übernommen; sonst wird niemand benachrichtigt.
alerts-now-suspended = Ausgesetzt: Bis er fortgesetzt wird, wird nichts gesendet.
alerts-now-closed = Gelöst.
alerts-now-closed-by = Gelöst von { $name } nach { $span }.
alerts-now-closed-source = Von der Quelle gelöst nach { $span }.
alerts-now-expired = Nach { $span } von selbst beendet: Niemand hat ihn rechtzeitig gelöst.
alerts-do-acknowledge = Übernehmen
alerts-do-take = Selbst übernehmen
alerts-do-resolve = Lösen
alerts-do-escalate = Jetzt eskalieren
alerts-do-suspend = Aussetzen
alerts-do-resume = Fortsetzen
alerts-do-comment = Nur kommentieren
alerts-comment = Kommentar (gehört zu der Taste, die du drückst)
alerts-only-reading = Du kannst diesen Alarm lesen
alerts-facts = Angaben
alerts-fact-group = Gruppe
alerts-fact-source = Quelle
alerts-fact-form = Formular
alerts-fact-count = Steht für
alerts-fact-key = Schlüssel
alerts-fact-expires = Endet von selbst
alerts-properties = { $n ->
    [one] 1 Angabe des Absenders
   *[other] { $n } Angaben des Absenders
}
alerts-told = Wer benachrichtigt wurde
alerts-told-nobody = Bisher niemand.
alerts-not-told = Nicht benachrichtigt
alerts-sent-later = wartet
alerts-sent-now = wird gesendet
alerts-sent-again = wird noch einmal versucht
alerts-sent-delivered = zugestellt
alerts-sent-failed = nicht zugestellt
alerts-sent-cancelled = nicht mehr nötig
alerts-sent-answered = beantwortet
alerts-next = Wenn niemand antwortet
alerts-next-more = … und so weiter, bis er endet.
alerts-next-none = Sonst wird niemand benachrichtigt. Der Alarm endet von selbst { $when }.
alerts-next-taken = Es wird nichts mehr gesendet: Jemand hat ihn.
alerts-next-suspended = Bis der Alarm fortgesetzt wird, wird nichts gesendet.
alerts-next-closed = Nichts: Er ist vorbei.
alerts-hidden = Wiederholungen sind verborgen
alerts-hidden-silence = Die Stummschaltung „{ $name }“ verbirgt weitere Ereignisse wie dieses bis { $until }. Dieser Alarm selbst ist nicht verborgen.
alerts-hidden-window = Das Wartungsfenster { $name } verbirgt gerade weitere Ereignisse wie dieses. Dieser Alarm selbst ist nicht verborgen.
alerts-hidden-show = Zeigen
alerts-said = Antworten
alerts-said-again = schon gegeben
alerts-said-late = der Alarm war vorbei
alerts-timeline = Was geschah
alerts-timeline-all = Zeigen, was vorher geschah
alerts-act-what = Es geschah nichts: Drücke eine der Tasten.
alerts-act-no-comment = Es geschah nichts: Schreibe zuerst einen Kommentar.
alerts-act-not-done = Es geschah nichts
alerts-act-too-long = Der Kommentar ist länger als { $n } Zeichen. Geh zurück und kürze ihn.
alerts-act-no-option = Diese Antwort gibt es nicht mehr: Das Formular wurde geändert. Lade den Alarm neu.
alerts-act-closed = Der Alarm ist vorbei, und nichts eröffnet ihn wieder.
alerts-act-same = Das war schon so; deine Antwort wurde vermerkt.
alerts-act-late = Der Alarm war schon vorbei; deine Antwort wurde vermerkt.
alerts-act-noted = Dein Kommentar wurde hinzugefügt.
alerts-act-acknowledged = Übernommen: { $name } hat ihn, sonst wird niemand benachrichtigt.
alerts-act-resolved = Gelöst.
alerts-act-escalated = Eskaliert: Der nächste Platz wird jetzt benachrichtigt.
alerts-act-stopped = Du wirst über diesen Alarm nicht mehr benachrichtigt.
alerts-act-suspended = Ausgesetzt: Bis er fortgesetzt wird, wird nichts gesendet.
alerts-act-resumed = Fortgesetzt.
alerts-send-lead = Sie eröffnet einen Alarm und ruft, wen du wählst, wie Alarme es tun: auf ihren Geräten, mit Eskalation.
alerts-send-summary = Titel
alerts-send-text = Nachricht
alerts-send-find = Personen und Gruppen finden
alerts-send-search = Suchen
alerts-send-to = An
alerts-send-to-hint = Wer angekreuzt ist, wird benachrichtigt.
alerts-send-group = Gruppe
alerts-send-nobody-yet = Noch ist niemand gewählt.
alerts-send-none-found = Niemand heißt so.
alerts-send-form-recipients = Oder die Empfänger des Formulars benachrichtigen, wenn niemand angekreuzt ist
alerts-send-priority-form = Wie im Formular
alerts-send-door-hint = Seine Antworten, Vorlagen und Lebensdauer gelten.
alerts-send-properties = Angaben
alerts-send-properties-hint = Eine je Zeile: Name=Wert
alerts-send-now = Senden
alerts-send-sent = Gesendet. Dies ist der Alarm.
alerts-send-accepted = Angenommen. Ein eigener Alarm wurde noch nicht eröffnet: Vielleicht verbirgt ihn eine Stummschaltung.
alerts-send-not = Nicht gesendet
alerts-send-too-many = Die Anbindung dieses Formulars sendet mehr, als sie in einer Minute darf. Deine Eingaben sind noch da; versuche es in einer Minute noch einmal.
alerts-send-unavailable = Die Nachricht konnte gerade nicht gespeichert werden. Deine Eingaben sind noch da; versuche es gleich noch einmal.
alerts-send-no-doors = Noch kein Formular
alerts-send-no-doors-text = Eine Nachricht geht mit einem Formular hinaus: was geantwortet werden kann, wie lange sie lebt. Formulare gehören zu Anbindungen, und es gibt keine.
alerts-send-no-summary = Gib einen Titel an: was nicht stimmt oder was gebraucht wird.
alerts-send-long-summary = Der Titel darf höchstens { $n } Zeichen haben.
alerts-send-invisible = Der Titel enthält unsichtbare Zeichen. Tippe ihn neu, statt ihn einzufügen.
alerts-send-no-door = Wähle ein Formular.
alerts-send-bad-priority = Wähle Hoch, Mittel, Niedrig oder was das Formular sagt.
alerts-send-no-recipients = Wähle jemanden: Suche und kreuze Personen oder Gruppen an.
alerts-send-many-recipients = Wähle höchstens { $n } Empfänger; fasse sie zu einer Gruppe zusammen.
alerts-send-lost-recipient = Jemanden, den du gewählt hast, gibt es nicht mehr. Prüfe die Liste und sende noch einmal.
alerts-send-long-properties = Angaben dürfen zusammen höchstens { $n } Zeichen haben.
alerts-send-many-properties = Höchstens { $n } Angaben.
alerts-send-bad-property = Zeile { $n } hat nicht die Form Name=Wert.
alerts-send-refused = Die Nachricht kann so nicht angenommen werden ({ $field }): Kürze sie.
