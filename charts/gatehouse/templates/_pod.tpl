{{- /* What the pods of both Deployments have in common: {root, component, values}. */ -}}
{{- define "gatehouse.podMetadata" -}}
labels:
  {{- include "gatehouse.selector" . | nindent 2 }}
  app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
  app.kubernetes.io/part-of: gatehouse
  {{- with .values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  {{- /* Everything else of the file is taken over while the pods run. */}}
  gatehouse.dev/restart-on: {{ include "gatehouse.restartHash" . }}
  {{- with .values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- /*
  A hash of what a running process cannot change (src/config/restart.ts). For the controller, of all of it: it takes the
  rest over by itself as well, but the kubelet brings a file late, and its restart holds up no write.
*/ -}}
{{- define "gatehouse.restartHash" -}}
{{- $config := include "gatehouse.config" .root | fromYaml -}}
{{- if eq .component "admission" -}}
{{- $config = dict "facts" $config.facts "server" $config.server "tls" $config.tls "format" $config.log.format -}}
{{- end -}}
{{- $config | toJson | sha256sum | trunc 16 -}}
{{- end -}}

{{- define "gatehouse.podSecurityContext" -}}
runAsNonRoot: true
{{- /* OpenShift gives each namespace users of its own, and refuses any other. */}}
{{- if and .Values.runAsUser (not (.Capabilities.APIVersions.Has "security.openshift.io/v1")) }}
runAsUser: {{ .Values.runAsUser }}
runAsGroup: {{ .Values.runAsUser }}
fsGroup: {{ .Values.runAsUser }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "gatehouse.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "gatehouse.spread" -}}
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- topologyKey: {{ . }}
  maxSkew: 1
  whenUnsatisfiable: ScheduleAnyway
  matchLabelKeys: [pod-template-hash]
  labelSelector:
    matchLabels:
      {{- include "gatehouse.selector" $ | nindent 6 }}
{{- end }}
{{- end -}}

{{- define "gatehouse.environment" -}}
{{- range $name, $path := dict "POD_NAME" "metadata.name" "POD_NAMESPACE" "metadata.namespace" "POD_IP" "status.podIP" }}
- name: {{ $name }}
  valueFrom:
    fieldRef:
      fieldPath: {{ $path }}
{{- end }}
# One arena per core is memory that a small process never gives back.
- name: MALLOC_ARENA_MAX
  value: "2"
{{- end -}}

{{- /* Alive is whoever can answer; ready is another question, and no restart would help with it. */ -}}
{{- define "gatehouse.probes" -}}
startupProbe:
  httpGet: {path: /livez, port: health}
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /livez, port: health}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet: {path: /readyz, port: health}
  periodSeconds: 5
  timeoutSeconds: 2
  failureThreshold: 2
{{- end -}}

{{- define "gatehouse.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{- define "gatehouse.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}
