/** Reports as objects of an S3 bucket. */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ReportStore } from '../core/jobs/publish-report.ts';

/** @param region of the bucket: the link leads to its console, where the reader's own rights hold. */
export const s3Reports = (client: S3Client, bucket: string, region: string): ReportStore => ({
  put: async ({ name, contentType, body }) => {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: name,
        Body: Buffer.from(body.join(''), 'utf8'),
        ContentType: contentType,
      }),
    );
    const domain = region.startsWith('cn-') ? 'amazonaws.cn' : 'aws.amazon.com';
    const place = new URLSearchParams({ region, prefix: name });
    return `https://${region}.console.${domain}/s3/object/${bucket}?${place}`;
  },
});
