using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The addresses that list, make, replace and delete keys while the host runs. They want the master key.</summary>
internal sealed class KeyEndpoints(HostKeys keys, FunctionCatalog catalog, KeyGuard guard) : IHostEndpoints
{
    private const string MasterKeyName = "_master";

    private static readonly Scope HostScope = new(static file => file.FunctionKeys, IsHost: true);
    private static readonly Scope SystemScope = new(static file => file.SystemKeys, IsHost: true, ShowsMaster: true);

    public void Map(IEndpointRouteBuilder endpoints)
    {
        Map(endpoints, "/admin/host/keys", static _ => HostScope);
        Map(endpoints, "/admin/host/functionkeys", static _ => HostScope);
        Map(endpoints, "/admin/host/systemkeys", static _ => SystemScope);
        Map(endpoints, "/admin/functions/{function}/keys", OfFunction);
    }

    private void Map(IEndpointRouteBuilder endpoints, string path, Func<HttpContext, Scope?> select)
    {
        endpoints.MapGet(path, Guarded(ListAsync));
        endpoints.MapGet($"{path}/{{name}}", Guarded(GetAsync));
        endpoints.MapPost($"{path}/{{name}}", Guarded((context, scope) => SetAsync(context, scope, KeyFile.NewKey())));
        endpoints.MapPut($"{path}/{{name}}", Guarded(PutAsync));
        endpoints.MapDelete($"{path}/{{name}}", Guarded(DeleteAsync));

        RequestDelegate Guarded(Func<HttpContext, Scope, Task> action) => guard.Only(context =>
            select(context) is { } scope ? action(context, scope) : End(context, StatusCodes.Status404NotFound));
    }

    private Scope? OfFunction(HttpContext context)
    {
        if (catalog.Find((string)context.Request.RouteValues["function"]!) is not { } function) return null;
        // As in the genuine host, a function has a key from the first time on that somebody asks.
        if (!keys.Current.Functions.ContainsKey(function.Name)) keys.Change(file => file.Functions.TryAdd(function.Name, new() { ["default"] = KeyFile.NewKey() }));
        return new Scope(file => file.Functions[function.Name], IsHost: false);
    }

    private Task ListAsync(HttpContext context, Scope scope)
    {
        var list = scope.KeysIn(keys.Current).Select(key => new { name = key.Key, value = key.Value });
        return context.Response.WriteAsJsonAsync(new { keys = list, links = Links(context) });
    }

    private Task GetAsync(HttpContext context, Scope scope)
    {
        var name = Name(context);
        var value = scope.ShowsMaster && name == MasterKeyName ? keys.MasterKey : scope.KeysIn(keys.Current).GetValueOrDefault(name);
        return value is null ? End(context, StatusCodes.Status404NotFound) : ShowAsync(context, value);
    }

    private async Task PutAsync(HttpContext context, Scope scope)
    {
        if (!context.Request.HasJsonContentType()) await End(context, StatusCodes.Status415UnsupportedMediaType);
        else if (await ValueAsync(context) is { Length: > 0 } value) await SetAsync(context, scope, value);
        else await RefuseAsync(context, "Invalid key value");
    }

    private Task SetAsync(HttpContext context, Scope scope, string value)
    {
        var name = Name(context);
        var isNew = false;
        keys.Change(file =>
        {
            if (scope.IsHost && name == MasterKeyName) file.MasterKey = value;
            else if (!(isNew = scope.KeysIn(file).TryAdd(name, value))) scope.KeysIn(file)[name] = value;
        });
        if (isNew)
        {
            context.Response.StatusCode = StatusCodes.Status201Created;
            context.Response.Headers.Location = Address(context);
        }

        return ShowAsync(context, value);
    }

    private Task DeleteAsync(HttpContext context, Scope scope)
    {
        var name = Name(context);
        if (name.StartsWith('_')) return RefuseAsync(context, "Invalid key name.");
        var isFound = false;
        keys.Change(file => isFound = scope.KeysIn(file).Remove(name));
        return End(context, isFound ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound);
    }

    private static async Task<string?> ValueAsync(HttpContext context)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            return body.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("value", out var value) ? value.ToString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Name(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static string Address(HttpContext context) => $"{context.Request.Scheme}://{context.Request.Host}{context.Request.Path}";

    private static object[] Links(HttpContext context) => [new { rel = "self", href = Address(context) }];

    private static Task ShowAsync(HttpContext context, string value)
        => context.Response.WriteAsJsonAsync(new { name = Name(context), value, links = Links(context) });

    private static Task End(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static Task RefuseAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return context.Response.WriteAsync(reason);
    }

    /// <summary>Which keys of the file are meant.</summary>
    private sealed record Scope(Func<KeyFile, Dictionary<string, string>> KeysIn, bool IsHost, bool ShowsMaster = false);
}
