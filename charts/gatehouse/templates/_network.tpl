{{- /* Rules for the port of health and metrics, of any component. */ -}}
{{- define "gatehouse.healthIngress" -}}
- ports:
    - {port: health, protocol: TCP}
  from:
    - podSelector:
        matchLabels:
          {{- include "gatehouse.selector" (dict "root" . "component" "controller") | nindent 10 }}
    {{- range .Values.networkPolicy.metricsNamespaces }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ . }}
    {{- end }}
{{- end -}}

{{- define "gatehouse.egress" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
- ports:
    {{- range .Values.networkPolicy.egress.apiServerPorts }}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
{{- end -}}
