using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>A connection whose frames are judged as the server reads them. One that sends too many is closed.</summary>
internal sealed class MeteredTransport(IDuplexPipe inner, ClientFrames frames, Action<string> excess) : IDuplexPipe
{
    public PipeReader Input { get; } = new Reader(inner.Input, frames, excess);

    public PipeWriter Output { get; } = new Writer(inner.Output, frames);

    private sealed class Reader(PipeReader inner, ClientFrames frames, Action<string> excess) : PipeReader
    {
        private ReadOnlySequence<byte> _buffer;

        /// <summary>How many bytes of the buffer's beginning were judged already.</summary>
        private long _judged;

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            Judge(await inner.ReadAsync(cancellationToken));

        public override bool TryRead(out ReadResult result)
        {
            var read = inner.TryRead(out result);
            if (read)
            {
                Judge(result);
            }

            return read;
        }

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            _judged -= _buffer.Slice(_buffer.Start, consumed).Length;
            _buffer = default;
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        private ReadResult Judge(ReadResult read)
        {
            _buffer = read.Buffer;
            foreach (var piece in read.Buffer.Slice(_judged))
            {
                if (frames.Received(piece.Span) is { } what)
                {
                    excess(what);
                    throw new ConnectionAbortedException($"The client sent too many {what}.");
                }
            }

            _judged = read.Buffer.Length;
            return read;
        }
    }

    private sealed class Writer(PipeWriter inner, ClientFrames frames) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes)
        {
            frames.Sent(bytes);
            inner.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            frames.Sent(source.Length);
            return inner.WriteAsync(source, cancellationToken);
        }

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
