{{- /* Only a guard that enforces refuses, and only somebody's choice says where it may be tried. */ -}}
{{- define "gatehouse.isTested" -}}
{{- with .Values.test.namespace -}}
{{- $prefix := $.Values.config.settings.namespacePrefix -}}
{{- if not (hasPrefix $prefix .) -}}
{{- fail (printf "test.namespace: must begin with %q (config.settings.namespacePrefix), or it is no tenant's and nothing in it is judged" $prefix) -}}
{{- end -}}
{{- if eq (get $.Values.config.guards "ingress-hostname").mode "enforce" }}yes{{ end -}}
{{- end -}}
{{- end -}}

{{- /*
Helm deletes hooks by name and asks nobody whose they are. So nothing is made here but two objects of a name that nobody
has by accident: that of the release, and a hash of whose it is.
*/ -}}
{{- define "gatehouse.testName" -}}
{{- printf "%s-test-%s" (include "gatehouse.fullname" .) (printf "%s/%s" .Release.Namespace .Release.Name | sha256sum | trunc 8) -}}
{{- end -}}

{{- define "gatehouse.testMetadata" -}}
labels:
  app.kubernetes.io/name: gatehouse-test
  app.kubernetes.io/instance: {{ .root.Release.Name }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
  helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
annotations:
  helm.sh/hook: test
  helm.sh/hook-weight: {{ .weight | quote }}
  helm.sh/hook-delete-policy: {{ .deleted }}
{{- end -}}
