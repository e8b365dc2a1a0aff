using System.Text.RegularExpressions;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.V1;

namespace ControlPlane.Server.Administration;

/// <summary>Reads requests about tenants, or refuses them with every wrong field.</summary>
internal static partial class TenantValidator
{
    private const int LongestName = 200;
    private const int LongestExternalId = 256;

    public static TenantDraft ReadCreate(CreateTenantRequest request)
    {
        var violations = new Violations();
        var tenant = Require(request.Tenant, violations);
        if (tenant.Id.Length > 0 && !IdPattern().IsMatch(tenant.Id))
        {
            violations.Add(
                "tenant.id",
                "ID_INVALID",
                "must be 1 to 63 lower-case letters, digits, \"-\" and \"_\", beginning with a letter or digit");
        }

        FieldRules.CheckId(violations, "tenant.etag", tenant.Etag);
        CheckName(tenant, violations);
        CheckExternalId(tenant, violations);
        CheckLabels(tenant, violations);
        TenantPolicyMapper.Check(tenant, violations);
        violations.ThrowIfAny();
        return new(tenant.Id, Etag: "", tenant.Name, tenant.ExternalId, tenant.Labels.ToDictionary(), _ => TenantPolicyMapper.ToRecord(tenant));
    }

    public static TenantDraft ReadUpdate(UpdateTenantRequest request)
    {
        var violations = new Violations();
        var tenant = Require(request.Tenant, violations);
        if (request.Tenant is not null)
        {
            FieldRules.RequireId(violations, "tenant.id", tenant.Id);
            FieldRules.CheckId(violations, "tenant.etag", tenant.Etag);
        }

        // Fields that only the server sets can be named, and stay as they are.
        var mask = UpdateMask.Read(request.UpdateMask, tenant, violations);
        var (name, externalId, labels) = (mask.Names("name"), mask.Names("external_id"), mask.Names("labels"));
        if (name)
        {
            CheckName(tenant, violations);
        }

        if (externalId)
        {
            CheckExternalId(tenant, violations);
        }

        if (labels)
        {
            CheckLabels(tenant, violations);
        }

        var policy = TenantPolicyMapper.ReadChange(mask, tenant, violations);
        violations.ThrowIfAny();
        return new(
            tenant.Id, tenant.Etag, name ? tenant.Name : null, externalId ? tenant.ExternalId : null,
            labels ? tenant.Labels.ToDictionary() : null, policy);
    }

    public static void CheckGet(GetTenantRequest request)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        FieldRules.CheckText(violations, "external_id", request.ExternalId, LongestExternalId);
        if (request.TenantId.Length > 0 && request.ExternalId.Length > 0)
        {
            violations.Add("external_id", "EXCLUSIVE", "must not be set together with tenant_id");
        }

        violations.ThrowIfAny();
    }

    public static void CheckDelete(DeleteTenantRequest request)
    {
        var violations = new Violations();
        FieldRules.RequireId(violations, "tenant_id", request.TenantId);
        FieldRules.CheckId(violations, "etag", request.Etag);
        violations.ThrowIfAny();
    }

    private static Tenant Require(Tenant? tenant, Violations violations)
    {
        if (tenant is null)
        {
            violations.Add("tenant", "REQUIRED", "must be set");
        }

        return tenant ?? new Tenant();
    }

    private static void CheckName(Tenant tenant, Violations violations) =>
        FieldRules.CheckText(violations, "tenant.name", tenant.Name, LongestName, TextKind.Name);

    private static void CheckExternalId(Tenant tenant, Violations violations) =>
        FieldRules.CheckText(violations, "tenant.external_id", tenant.ExternalId, LongestExternalId);

    private static void CheckLabels(Tenant tenant, Violations violations) =>
        FieldRules.CheckLabels(violations, "tenant.labels", tenant.Labels.AsReadOnly());

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
