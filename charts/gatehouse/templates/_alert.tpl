{{- define "gatehouse.alert" -}}
- alert: {{ .name }}
  expr: {{ .expr | squote }}
  for: {{ .for }}
  labels:
    severity: {{ .severity }}
  annotations:
    summary: {{ .summary | squote }}
    {{- with .values.runbookUrl }}
    runbook_url: {{ printf "%s#%s" . (lower $.name) }}
    {{- end }}
{{- end -}}
