"""The StateStore on DynamoDB, over the plain boto3 client."""
