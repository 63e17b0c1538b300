using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables;

/// <summary>Requests about tables as a whole, which both clients make.</summary>
internal static class TableRequests
{
    public static HttpMessage Create(TableService service, string name) => Create(service, name, 201, 204);

    public static HttpMessage CreateIfNotExists(TableService service, string name) => Create(service, name, 201, 204, 409);

    // Deleting what is not there is an answer (404), not a failure.
    public static HttpMessage Delete(TableService service, string name) =>
        service.Request(RequestMethod.Delete, service.TableAddress($"Tables({Uri.EscapeDataString(ODataLiteral.Quote(name))})"), 204, 404);

    public static HttpMessage Query(TableService service, string? filter, string? nextTable, int? pageSize) =>
        service.Request(RequestMethod.Get, service.TableAddress("Tables"), 200)
            .WithQuery("$filter", filter)
            .WithQuery("$top", pageSize?.ToString())
            .WithQuery("NextTableName", nextTable);

    // 409 also says that the table is being deleted, which is a failure.
    public static Response<TableItem> Created(string name, Response response) =>
        response.Status == 409 && TableErrorParser.Code(response) != TableErrorCode.TableAlreadyExists.ToString()
            ? throw new RequestFailedException(response)
            : Response.FromValue(new TableItem(name), response);

    public static Page<TableItem> Page(Response response)
    {
        using var json = JsonDocument.Parse(response.Content.ToMemory());
        var tables = json.RootElement.GetProperty("value").EnumerateArray().Select(table => new TableItem(table.GetProperty("TableName").GetString()));
        response.Headers.TryGetValue("x-ms-continuation-NextTableName", out var next);
        return Page<TableItem>.FromValues([.. tables], next, response);
    }

    private static HttpMessage Create(TableService service, string name, params ReadOnlySpan<ushort> expected) =>
        service.Request(RequestMethod.Post, service.TableAddress("Tables"), expected)
            .WithHeader("Prefer", "return-no-content")
            .WithJson(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["TableName"] = name }));
}
