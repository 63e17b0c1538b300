#nullable disable

using System.Linq.Expressions;
using Azure.Core;
using Azure.Data.Tables.Models;
using Azure.Data.Tables.Sas;

namespace Azure.Data.Tables;

public class TableServiceClient
{
    private readonly TableService _service;

    public TableServiceClient(string connectionString)
        : this(connectionString, null)
    {
    }

    public TableServiceClient(string connectionString, TableClientOptions options = null)
        : this(TableService.Connect(connectionString, options))
    {
    }

    public TableServiceClient(Uri endpoint, TableClientOptions options = null)
        : this(TableService.ConnectWithSas(TableEndpoint.Parse(endpoint), options))
    {
    }

    public TableServiceClient(Uri endpoint, AzureSasCredential credential)
        : this(endpoint, credential, null)
    {
    }

    public TableServiceClient(Uri endpoint, AzureSasCredential credential, TableClientOptions options = null)
        : this(TableService.Connect(TableEndpoint.Parse(endpoint), credential, options))
    {
    }

    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential)
        : this(endpoint, credential, null)
    {
    }

    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions options)
        : this(TableService.Connect(TableEndpoint.Parse(endpoint), credential, options))
    {
    }

    public TableServiceClient(Uri endpoint, TokenCredential tokenCredential, TableClientOptions options = null)
        : this(TableService.Connect(TableEndpoint.Parse(endpoint), tokenCredential, options))
    {
    }

    private TableServiceClient(TableService service) => _service = service;

    protected TableServiceClient()
    {
    }

    public virtual string AccountName => _service.Endpoint.Account;

    public virtual Uri Uri => _service.Endpoint.Service;

    public static string CreateQueryFilter(FormattableString filter) => InterpolatedFilter.Create(filter);

    // A table is filtered by its name, which the service calls TableName.
    public static string CreateQueryFilter(Expression<Func<TableItem, bool>> filter) =>
        ExpressionFilter.Create(filter, property => property == nameof(TableItem.Name) ? "TableName" : property);

    public virtual TableClient GetTableClient(string tableName)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        return new TableClient(_service, tableName);
    }

    public virtual Response<TableItem> CreateTable(string tableName, CancellationToken cancellationToken = default) =>
        GetTableClient(tableName).Create(cancellationToken);

    public virtual async Task<Response<TableItem>> CreateTableAsync(string tableName, CancellationToken cancellationToken = default) =>
        await GetTableClient(tableName).CreateAsync(cancellationToken);

    public virtual Response<TableItem> CreateTableIfNotExists(string tableName, CancellationToken cancellationToken = default) =>
        GetTableClient(tableName).CreateIfNotExists(cancellationToken);

    public virtual async Task<Response<TableItem>> CreateTableIfNotExistsAsync(string tableName, CancellationToken cancellationToken = default) =>
        await GetTableClient(tableName).CreateIfNotExistsAsync(cancellationToken);

    public virtual Response DeleteTable(string tableName, CancellationToken cancellationToken = default) =>
        GetTableClient(tableName).Delete(cancellationToken);

    public virtual async Task<Response> DeleteTableAsync(string tableName, CancellationToken cancellationToken = default) =>
        await GetTableClient(tableName).DeleteAsync(cancellationToken);

    public virtual Pageable<TableItem> Query(
        string filter = null,
        int? maxPerPage = null,
        CancellationToken cancellationToken = default) => new SyncPages<TableItem>(
            (token, size) => TableRequests.Page(_service.Send(TableRequests.Query(_service, filter, token, size), cancellationToken)),
            maxPerPage);

    public virtual Pageable<TableItem> Query(
        FormattableString filter,
        int? maxPerPage = null,
        CancellationToken cancellationToken = default) => Query(CreateQueryFilter(filter), maxPerPage, cancellationToken);

    public virtual Pageable<TableItem> Query(
        Expression<Func<TableItem, bool>> filter,
        int? maxPerPage = null,
        CancellationToken cancellationToken = default) => Query(CreateQueryFilter(filter), maxPerPage, cancellationToken);

    public virtual AsyncPageable<TableItem> QueryAsync(
        string filter = null,
        int? maxPerPage = null,
        CancellationToken cancellationToken = default) => new AsyncPages<TableItem>(
            async (token, size, cancel) => TableRequests.Page(await _service.SendAsync(TableRequests.Query(_service, filter, token, size), cancel)),
            maxPerPage,
            cancellationToken);

    public virtual AsyncPageable<TableItem> QueryAsync(
        FormattableString filter,
        int? maxPerPage = null,
        CancellationToken cancellationToken = default) => QueryAsync(CreateQueryFilter(filter), maxPerPage, cancellationToken);

    public virtual AsyncPageable<TableItem> QueryAsync(
        Expression<Func<TableItem, bool>> filter,
        int? maxPerPage = null,
        CancellationToken cancellationToken = default) => QueryAsync(CreateQueryFilter(filter), maxPerPage, cancellationToken);

    public virtual TableAccountSasBuilder GetSasBuilder(
        TableAccountSasPermissions permissions,
        TableAccountSasResourceTypes resourceTypes,
        DateTimeOffset expiresOn) => new(permissions, resourceTypes, expiresOn);

    public virtual TableAccountSasBuilder GetSasBuilder(
        string rawPermissions,
        TableAccountSasResourceTypes resourceTypes,
        DateTimeOffset expiresOn) => new(rawPermissions, resourceTypes, expiresOn);

    public virtual Uri GenerateSasUri(
        TableAccountSasPermissions permissions,
        TableAccountSasResourceTypes resourceTypes,
        DateTimeOffset expiresOn) => GenerateSasUri(GetSasBuilder(permissions, resourceTypes, expiresOn));

    public virtual Uri GenerateSasUri(TableAccountSasBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new UriBuilder(Uri) { Query = builder.Sign(SasSignature.RequireKey(_service)) }.Uri;
    }
}
