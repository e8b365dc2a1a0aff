{{- define "controlplane.name" -}}
{{- if contains "controlplane" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-controlplane" (.Release.Name | trunc 39 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "controlplane.selector" -}}
app.kubernetes.io/name: controlplane
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "controlplane.labels" -}}
{{ include "controlplane.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The pod of both kinds. */}}
{{- define "controlplane.pod" -}}
{{- $embedded := ne .Values.storage.engine "postgres" -}}
metadata:
  labels:
    {{- include "controlplane.selector" . | nindent 4 }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "controlplane.name" . }}
  automountServiceAccountToken: false
  # Above what the server takes to end: the pause below, requests under way, and what follows them.
  terminationGracePeriodSeconds: 60
  securityContext:
    runAsNonRoot: true
    runAsUser: 1654
    runAsGroup: 1654
    fsGroup: 1654
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: controlplane
      image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      env:
        - name: DOTNET_EnableDiagnostics
          value: "0"
        - name: ControlPlane__Listen__Grpc
          value: {{ ternary "https" "http" (ne .Values.tls.existingSecret "") }}://*:7400
        - name: ControlPlane__Listen__Http
          value: http://*:7401
        - name: ControlPlane__Storage__Provider
          value: {{ .Values.storage.engine }}
        {{- if $embedded }}
        - name: ControlPlane__Storage__Path
          value: /data/controlplane.db
        {{- else }}
        - name: ControlPlane__Storage__ConnectionString
          valueFrom:
            secretKeyRef:
              name: {{ .Values.storage.connectionString.existingSecret }}
              key: {{ .Values.storage.connectionString.key }}
        {{- end }}
        {{- with .Values.keys.existingSecret }}
        - name: ControlPlane__Secrets__MasterKey
          valueFrom:
            secretKeyRef:
              name: {{ . }}
              key: masterKey
        - name: ControlPlane__Access__BootstrapKey
          valueFrom:
            secretKeyRef:
              name: {{ . }}
              key: bootstrapKey
              optional: true
        {{- end }}
        {{- if .Values.tls.existingSecret }}
        - name: ControlPlane__Listen__CertificatePath
          value: /tls/tls.crt
        - name: ControlPlane__Listen__KeyPath
          value: /tls/tls.key
        {{- end }}
        - name: ControlPlane__Telemetry__Prometheus
          value: {{ .Values.metrics.enabled | quote }}
        {{- range $key, $value := .Values.settings }}
        - name: ControlPlane__{{ $key | replace ":" "__" }}
          value: {{ $value | toString | quote }}
        {{- end }}
      ports:
        - name: grpc
          containerPort: 7400
        - name: http
          containerPort: 7401
      # A large store is looked at before the server is ready.
      startupProbe:
        httpGet: {path: /readyz, port: http}
        periodSeconds: 2
        failureThreshold: 150
      readinessProbe:
        httpGet: {path: /readyz, port: http}
        periodSeconds: 5
        timeoutSeconds: 3
      livenessProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      lifecycle:
        # Until every proxy knows that the pod is going.
        preStop:
          sleep:
            seconds: 5
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - name: data
          mountPath: /data
        {{- if .Values.tls.existingSecret }}
        - name: tls
          mountPath: /tls
          readOnly: true
        {{- end }}
  {{- if or .Values.tls.existingSecret (not $embedded) }}
  volumes:
    {{- if not $embedded }}
    - name: data
      emptyDir: {sizeLimit: 64Mi}
    {{- end }}
    {{- with .Values.tls.existingSecret }}
    - name: tls
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
  {{- end }}
  {{- if not $embedded }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "controlplane.selector" . | nindent 10 }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
