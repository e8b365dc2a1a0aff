using System.CommandLine;
using ControlPlane.Cli.Errors;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Commands;

/// <summary><c>hookctl tenants</c></summary>
internal static class TenantCommands
{
    public static Command Create(CommandRunner runner) => new("tenants", "Customers of the platform.")
    {
        CreateCreate(runner), CreateGet(runner), CreateList(runner), CreateUpdate(runner), CreateDelete(runner),
    };

    private static Command CreateCreate(CommandRunner runner)
    {
        var id = Flags.Text("--id", "Its id; generated without it.", "ID");
        var (name, externalId, labels, plan) = (Name(), ExternalId(), Labels(), new PlanFlags());
        var command = new Command("create", "Creates a tenant.") { id, name, externalId, labels };
        plan.AddTo(command);
        return runner.Handle(command, async session =>
        {
            var tenant = new Tenant { Id = session.Get(id), Name = session.Get(name), ExternalId = session.Get(externalId) };
            Add(tenant, session.Get(labels));
            plan.Apply(session, tenant);
            var answer = await session.Server.Admin.CreateTenantAsync(new CreateTenantRequest { Tenant = tenant }, session.Call());
            session.Print.Item(answer.Tenant, AccessView.Fields(answer.Tenant));
        });
    }

    private static Command CreateGet(CommandRunner runner)
    {
        var id = new Argument<string>("tenant-id")
        {
            Description = "The tenant. Default: --tenant, or the key's own.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return runner.Handle(new Command("get", "Shows one tenant.") { id }, async session =>
        {
            var tenant = session.Get(id) is { Length: > 0 } given ? given : session.Tenant;
            var answer = await session.Server.Admin.GetTenantAsync(new GetTenantRequest { TenantId = tenant }, session.Call());
            session.Print.Item(answer.Tenant, AccessView.Fields(answer.Tenant));
        });
    }

    private static Command CreateList(CommandRunner runner)
    {
        var list = new ListOptions();
        var command = new Command("list", "Lists tenants, newest first.");
        list.AddTo(command);
        return runner.Handle(command, session => list.RunAsync(session, AccessView.TenantColumns, async (size, token) =>
        {
            var page = await session.Server.Admin.ListTenantsAsync(
                new ListTenantsRequest { PageSize = size, PageToken = token }, session.Call());
            return (page.Tenants, page.NextPageToken);
        }));
    }

    private static Command CreateUpdate(CommandRunner runner)
    {
        var (id, name, externalId, labels, plan, etag) = (Id(), Name(), ExternalId(), Labels(), new PlanFlags(), Etag());
        var clear = new Option<bool>("--clear-labels") { Description = "Remove all labels." };
        var command = new Command("update", "Changes a tenant; labels are replaced as a whole.") { id, name, externalId, labels, clear };
        plan.AddTo(command);
        command.Add(etag);
        return runner.Handle(command, async session =>
        {
            var tenant = new Tenant
            {
                Id = session.Get(id),
                Name = session.Get(name),
                ExternalId = session.Get(externalId),
                Etag = session.Get(etag),
            };
            Add(tenant, session.Get(labels));
            var mask = new FieldMask();
            mask.Paths.Add(session.Given(name) ? ["name"] : Array.Empty<string>());
            mask.Paths.Add(session.Given(externalId) ? ["external_id"] : Array.Empty<string>());
            mask.Paths.Add(session.Given(labels) || session.Get(clear) ? ["labels"] : Array.Empty<string>());
            mask.Paths.Add(plan.Apply(session, tenant));
            if (mask.Paths.Count == 0)
            {
                throw new UsageException("Nothing to change: give --name, --external-id, --label, --clear-labels or a flag of the plan.");
            }

            if (session.Given(labels) && session.Get(clear))
            {
                throw new UsageException("labels cannot be set and cleared at once.");
            }

            var answer = await session.Server.Admin.UpdateTenantAsync(
                new UpdateTenantRequest { Tenant = tenant, UpdateMask = mask }, session.Call());
            session.Print.Item(answer.Tenant, AccessView.Fields(answer.Tenant));
        });
    }

    private static Command CreateDelete(CommandRunner runner)
    {
        var (id, etag) = (Id(), Etag());
        var force = new Option<bool>("--force") { Description = "Delete its webhooks too." };
        return runner.Handle(new Command("delete", "Deletes a tenant; its keys stop working.") { id, etag, force }, async session =>
        {
            await session.Server.Admin.DeleteTenantAsync(
                new DeleteTenantRequest { TenantId = session.Get(id), Etag = session.Get(etag), Force = session.Get(force) },
                session.Call());
            session.Print.Note($"Deleted {session.Get(id)}.");
        });
    }

    private static Argument<string> Id() => new("tenant-id") { Description = "The tenant." };

    private static Option<string> Name() => Flags.Text("--name", "A name for people.");

    private static Option<string> ExternalId() => Flags.Text("--external-id", "The platform's own id for it.", "ID");

    private static Option<Pair[]> Labels() => Flags.Pairs("--label", "An annotation.");

    private static Option<string> Etag() => Flags.Text("--etag", "Fail if the tenant was changed since this etag was read.", "ETAG");

    private static void Add(Tenant tenant, Pair[] labels)
    {
        foreach (var (key, value) in labels)
        {
            tenant.Labels.Add(key, value);
        }
    }
}
