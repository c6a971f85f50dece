{{- define "gatehouse.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains "gatehouse" .Release.Name -}}
{{- .Release.Name | trunc 48 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-gatehouse" (.Release.Name | trunc 38 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{- /* What selects the pods of a component; a Deployment cannot change it later. */ -}}
{{- define "gatehouse.selector" -}}
app.kubernetes.io/name: gatehouse
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "gatehouse.commonLabels" -}}
app.kubernetes.io/name: gatehouse
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: gatehouse
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- /* Labels of an object of one component. */ -}}
{{- define "gatehouse.labels" -}}
{{ include "gatehouse.commonLabels" .root }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "gatehouse.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (.tag | default $.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "gatehouse.platformNamespace" -}}
{{- .Values.config.settings.platformNamespace | default .Release.Namespace -}}
{{- end -}}

{{- /* A JSON list; the host label is protected even where nobody wrote it down. */ -}}
{{- define "gatehouse.protectedLabels" -}}
{{- with .Values.config.settings -}}
{{- append .protectedLabels .hostLabel | uniq | toJson -}}
{{- end -}}
{{- end -}}

{{- /* A JSON list of the webhooks of one kind that are switched on. */ -}}
{{- define "gatehouse.activeIds" -}}
{{- $modes := ternary .root.Values.config.guards .root.Values.config.mutators (eq .kind "validating") -}}
{{- $active := list -}}
{{- range include (printf "gatehouse.%s.ids" .kind) .root | fromJsonArray -}}
{{- if ne (get $modes . | default dict).mode "disabled" -}}
{{- $active = append $active . -}}
{{- end -}}
{{- end -}}
{{- $active | toJson -}}
{{- end -}}

{{- /* The failure policies of what is registered, as YAML. */ -}}
{{- define "gatehouse.failurePolicies" -}}
{{- $policies := dict -}}
{{- range $kind := list "validating" "mutating" -}}
{{- range include "gatehouse.activeIds" (dict "root" $ "kind" $kind) | fromJsonArray -}}
{{- $_ := set $policies . (get $.Values.webhooks.failurePolicies .) -}}
{{- end -}}
{{- end -}}
{{- $policies | toYaml -}}
{{- end -}}

{{- /* One webhook of a configuration: its generated part, and what this installation adds. */ -}}
{{- define "gatehouse.webhook" -}}
{{- $root := .root -}}
{{- $webhook := include (printf "gatehouse.%s.%s" .kind .id) $root | fromYaml -}}
name: {{ $webhook.name }}
admissionReviewVersions: [v1]
clientConfig:
  {{- if $root.Values.webhooks.url }}
  url: {{ $root.Values.webhooks.url }}{{ $webhook.path }}
  {{- else }}
  service:
    name: {{ include "gatehouse.fullname" $root }}-admission
    namespace: {{ $root.Release.Namespace }}
    path: {{ $webhook.path }}
    port: 443
  {{- end }}
  {{- with .caBundle }}
  caBundle: {{ . }}
  {{- end }}
failurePolicy: {{ get $root.Values.webhooks.failurePolicies .id }}
matchPolicy: Equivalent
sideEffects: None
timeoutSeconds: {{ $root.Values.webhooks.timeoutSeconds }}
{{- if eq $webhook.reach "all-but-own" }}
namespaceSelector:
  matchExpressions:
    - key: kubernetes.io/metadata.name
      operator: NotIn
      values: {{ list $root.Release.Namespace "kube-system" | uniq | toJson }}
{{- else if eq $webhook.reach "platform-only" }}
namespaceSelector:
  matchExpressions:
    - key: kubernetes.io/metadata.name
      operator: In
      values: [{{ include "gatehouse.platformNamespace" $root }}]
{{- else if ne $webhook.reach "everywhere" }}
{{- fail (printf "webhook %s: unknown reach %s" .id $webhook.reach) }}
{{- end }}
{{- with $webhook.matchConditions }}
matchConditions:
  {{- range . }}
  - name: {{ .name }}
    expression: |-
      {{- .expression | nindent 6 }}
  {{- end }}
{{- end }}
rules:
  {{- toYaml $webhook.rules | nindent 2 }}
{{- end -}}
