#nullable disable

using System.Linq.Expressions;
using Azure.Core;
using Azure.Data.Tables.Models;
using Azure.Data.Tables.Sas;

namespace Azure.Data.Tables;

public class TableClient
{
    private readonly TableService _service;

    public TableClient(string connectionString, string tableName)
        : this(connectionString, tableName, null)
    {
    }

    public TableClient(string connectionString, string tableName, TableClientOptions options = null)
        : this(TableService.Connect(connectionString, options), tableName)
    {
    }

    public TableClient(Uri endpoint, TableClientOptions options = null)
        : this(TableService.ConnectWithSas(TableEndpoint.Parse(endpoint), options), null)
    {
    }

    public TableClient(Uri endpoint, AzureSasCredential credential, TableClientOptions options = null)
        : this(TableService.Connect(TableEndpoint.Parse(endpoint), credential, options), null)
    {
    }

    public TableClient(Uri endpoint, string tableName, TableSharedKeyCredential credential)
        : this(endpoint, tableName, credential, null)
    {
    }

    public TableClient(Uri endpoint, string tableName, TableSharedKeyCredential credential, TableClientOptions options = null)
        : this(TableService.Connect(TableEndpoint.Parse(endpoint), credential, options), tableName)
    {
    }

    public TableClient(Uri endpoint, string tableName, TokenCredential tokenCredential, TableClientOptions options = null)
        : this(TableService.Connect(TableEndpoint.Parse(endpoint), tokenCredential, options), tableName)
    {
    }

    internal TableClient(TableService service, string tableName)
    {
        tableName ??= service.Endpoint.Table;
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        _service = service;
        Name = tableName;
    }

    protected TableClient()
    {
    }

    public virtual string Name { get; }

    public virtual string AccountName => _service.Endpoint.Account;

    public virtual Uri Uri => new(_service.TableAddress(Name));

    public static string CreateQueryFilter<T>(Expression<Func<T, bool>> filter) => ExpressionFilter.Create(filter);

    public static string CreateQueryFilter(FormattableString filter) => InterpolatedFilter.Create(filter);

    public virtual Response<TableItem> Create(CancellationToken cancellationToken = default) =>
        TableRequests.Created(Name, _service.Send(TableRequests.Create(_service, Name), cancellationToken));

    public virtual async Task<Response<TableItem>> CreateAsync(CancellationToken cancellationToken = default) =>
        TableRequests.Created(Name, await _service.SendAsync(TableRequests.Create(_service, Name), cancellationToken));

    public virtual Response<TableItem> CreateIfNotExists(CancellationToken cancellationToken = default) =>
        TableRequests.Created(Name, _service.Send(TableRequests.CreateIfNotExists(_service, Name), cancellationToken));

    public virtual async Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default) =>
        TableRequests.Created(Name, await _service.SendAsync(TableRequests.CreateIfNotExists(_service, Name), cancellationToken));

    public virtual Response Delete(CancellationToken cancellationToken = default) =>
        _service.Send(TableRequests.Delete(_service, Name), cancellationToken);

    public virtual async Task<Response> DeleteAsync(CancellationToken cancellationToken = default) =>
        await _service.SendAsync(TableRequests.Delete(_service, Name), cancellationToken);

    public virtual Response AddEntity<T>(T entity, CancellationToken cancellationToken = default)
        where T : ITableEntity => _service.Send(AddRequest(entity), cancellationToken);

    public virtual async Task<Response> AddEntityAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : ITableEntity => await _service.SendAsync(AddRequest(entity), cancellationToken);

    public virtual Response<T> GetEntity<T>(
        string partitionKey,
        string rowKey,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity =>
        Entity<T>(_service.Send(GetRequest(partitionKey, rowKey, select, 200), cancellationToken));

    public virtual async Task<Response<T>> GetEntityAsync<T>(
        string partitionKey,
        string rowKey,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity =>
        Entity<T>(await _service.SendAsync(GetRequest(partitionKey, rowKey, select, 200), cancellationToken));

    public virtual NullableResponse<T> GetEntityIfExists<T>(
        string partitionKey,
        string rowKey,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity =>
        EntityIfExists<T>(_service.Send(GetRequest(partitionKey, rowKey, select, 200, 404), cancellationToken));

    public virtual async Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
        string partitionKey,
        string rowKey,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity =>
        EntityIfExists<T>(await _service.SendAsync(GetRequest(partitionKey, rowKey, select, 200, 404), cancellationToken));

    public virtual Response UpsertEntity<T>(
        T entity,
        TableUpdateMode mode = TableUpdateMode.Merge,
        CancellationToken cancellationToken = default)
        where T : ITableEntity => _service.Send(WriteRequest(entity, mode), cancellationToken);

    public virtual async Task<Response> UpsertEntityAsync<T>(
        T entity,
        TableUpdateMode mode = TableUpdateMode.Merge,
        CancellationToken cancellationToken = default)
        where T : ITableEntity => await _service.SendAsync(WriteRequest(entity, mode), cancellationToken);

    public virtual Response UpdateEntity<T>(
        T entity,
        ETag ifMatch,
        TableUpdateMode mode = TableUpdateMode.Merge,
        CancellationToken cancellationToken = default)
        where T : ITableEntity => _service.Send(UpdateRequest(entity, ifMatch, mode), cancellationToken);

    public virtual async Task<Response> UpdateEntityAsync<T>(
        T entity,
        ETag ifMatch,
        TableUpdateMode mode = TableUpdateMode.Merge,
        CancellationToken cancellationToken = default)
        where T : ITableEntity => await _service.SendAsync(UpdateRequest(entity, ifMatch, mode), cancellationToken);

    public virtual Response DeleteEntity(
        string partitionKey,
        string rowKey,
        ETag ifMatch = default,
        CancellationToken cancellationToken = default) =>
        _service.Send(DeleteRequest(partitionKey, rowKey, ifMatch), cancellationToken);

    public virtual Response DeleteEntity(ITableEntity entity, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return DeleteEntity(entity.PartitionKey, entity.RowKey, ifMatch, cancellationToken);
    }

    public virtual async Task<Response> DeleteEntityAsync(
        string partitionKey,
        string rowKey,
        ETag ifMatch = default,
        CancellationToken cancellationToken = default) =>
        await _service.SendAsync(DeleteRequest(partitionKey, rowKey, ifMatch), cancellationToken);

    public virtual async Task<Response> DeleteEntityAsync(
        ITableEntity entity,
        ETag ifMatch = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return await DeleteEntityAsync(entity.PartitionKey, entity.RowKey, ifMatch, cancellationToken);
    }

    public virtual Pageable<T> Query<T>(
        Expression<Func<T, bool>> filter,
        int? maxPerPage = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity => Query<T>(ExpressionFilter.Create(filter), maxPerPage, select, cancellationToken);

    public virtual Pageable<T> Query<T>(
        string filter = null,
        int? maxPerPage = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity => new SyncPages<T>(
            (token, size) => EntityPage<T>(_service.Send(QueryRequest(filter, select, token, size), cancellationToken)),
            maxPerPage);

    public virtual AsyncPageable<T> QueryAsync<T>(
        Expression<Func<T, bool>> filter,
        int? maxPerPage = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity => QueryAsync<T>(ExpressionFilter.Create(filter), maxPerPage, select, cancellationToken);

    public virtual AsyncPageable<T> QueryAsync<T>(
        string filter = null,
        int? maxPerPage = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity => new AsyncPages<T>(
            async (token, size, cancel) => EntityPage<T>(await _service.SendAsync(QueryRequest(filter, select, token, size), cancel)),
            maxPerPage,
            cancellationToken);

    public virtual Response<IReadOnlyList<Response>> SubmitTransaction(
        IEnumerable<TableTransactionAction> transactionActions,
        CancellationToken cancellationToken = default)
    {
        try
        {
            return Transaction.Parse(_service.Send(Transaction.Request(_service, Name, transactionActions), cancellationToken));
        }
        catch (RequestFailedException refused) when (refused is not TableTransactionFailedException && refused.GetRawResponse() is not null)
        {
            throw new TableTransactionFailedException(refused);
        }
    }

    public virtual async Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
        IEnumerable<TableTransactionAction> transactionActions,
        CancellationToken cancellationToken = default)
    {
        try
        {
            return Transaction.Parse(await _service.SendAsync(Transaction.Request(_service, Name, transactionActions), cancellationToken));
        }
        catch (RequestFailedException refused) when (refused is not TableTransactionFailedException && refused.GetRawResponse() is not null)
        {
            throw new TableTransactionFailedException(refused);
        }
    }

    public virtual TableSasBuilder GetSasBuilder(TableSasPermissions permissions, DateTimeOffset expiresOn) => new(Name, permissions, expiresOn);

    public virtual TableSasBuilder GetSasBuilder(string rawPermissions, DateTimeOffset expiresOn) => new(Name, rawPermissions, expiresOn);

    public virtual Uri GenerateSasUri(TableSasPermissions permissions, DateTimeOffset expiresOn) =>
        GenerateSasUri(GetSasBuilder(permissions, expiresOn));

    public virtual Uri GenerateSasUri(TableSasBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.TableName != Name)
            throw new ArgumentException("The TableName must match the table name used to initialize this instance of the client.", nameof(builder));
        return new UriBuilder(Uri) { Query = builder.Sign(SasSignature.RequireKey(_service)) }.Uri;
    }

    private static Response<T> Entity<T>(Response response)
        where T : class, ITableEntity => Response.FromValue(EntityJson.Read<T>(response.Content.ToMemory().Span), response);

    private static NullableResponse<T> EntityIfExists<T>(Response response)
        where T : class, ITableEntity => response.Status == 404 ? new NoValueResponse<T>(response) : Entity<T>(response);

    private static Page<T> EntityPage<T>(Response response)
        where T : class, ITableEntity
    {
        var entities = EntityJson.ReadPage<T>(response.Content.ToMemory().Span);
        return Page<T>.FromValues(entities, EntityContinuation.Read(response), response);
    }

    private HttpMessage AddRequest(ITableEntity entity)
    {
        RequireKeys(entity);
        return _service.Request(RequestMethod.Post, _service.TableAddress(Name), 201, 204)
            .WithHeader("Prefer", "return-no-content")
            .WithJson(EntityJson.Write(entity));
    }

    private HttpMessage GetRequest(string partitionKey, string rowKey, IEnumerable<string> select, params ReadOnlySpan<ushort> expected)
    {
        ArgumentNullException.ThrowIfNull(partitionKey);
        ArgumentNullException.ThrowIfNull(rowKey);
        return _service.Request(RequestMethod.Get, _service.EntityAddress(Name, partitionKey, rowKey), expected)
            .WithQuery("$select", Joined(select));
    }

    private HttpMessage WriteRequest(ITableEntity entity, TableUpdateMode mode)
    {
        RequireKeys(entity);
        var method = mode switch
        {
            TableUpdateMode.Merge => RequestMethod.Patch,
            TableUpdateMode.Replace => RequestMethod.Put,
            _ => throw new ArgumentOutOfRangeException(nameof(mode)),
        };
        return _service.Request(method, _service.EntityAddress(Name, entity.PartitionKey, entity.RowKey), 204).WithJson(EntityJson.Write(entity));
    }

    private HttpMessage UpdateRequest(ITableEntity entity, ETag ifMatch, TableUpdateMode mode)
    {
        // Without an ETag the request would be an upsert.
        if (ifMatch == default)
            throw new ArgumentException("An update needs the ETag to match, or ETag.All.", nameof(ifMatch));
        return WriteRequest(entity, mode).WithHeader("If-Match", ifMatch.ToString());
    }

    // Deleting what is not there is an answer (404), not a failure.
    private HttpMessage DeleteRequest(string partitionKey, string rowKey, ETag ifMatch)
    {
        ArgumentNullException.ThrowIfNull(partitionKey);
        ArgumentNullException.ThrowIfNull(rowKey);
        return _service.Request(RequestMethod.Delete, _service.EntityAddress(Name, partitionKey, rowKey), 204, 404)
            .WithHeader("If-Match", (ifMatch == default ? ETag.All : ifMatch).ToString());
    }

    private HttpMessage QueryRequest(string filter, IEnumerable<string> select, string continuationToken, int? pageSize)
    {
        var next = EntityContinuation.Parse(continuationToken);
        return _service.Request(RequestMethod.Get, $"{_service.TableAddress(Name)}()", 200)
            .WithQuery("$filter", filter)
            .WithQuery("$select", Joined(select))
            .WithQuery("$top", pageSize?.ToString())
            .WithQuery("NextPartitionKey", next.PartitionKey)
            .WithQuery("NextRowKey", next.RowKey);
    }

    private static void RequireKeys(ITableEntity entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        if (entity.PartitionKey is null || entity.RowKey is null)
            throw new ArgumentNullException(nameof(entity), "The entity needs a PartitionKey and a RowKey.");
    }

    private static string Joined(IEnumerable<string> select) => select is null ? null : string.Join(',', select);
}
